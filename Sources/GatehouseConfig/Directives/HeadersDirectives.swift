import GatehousePolicy

/// Fields added to answers: `add_header`, `add_trailer`, `expires`.
enum HeadersDirectives {
    private static let places: DirectiveContexts = [.http, .server, .location, .ifInLocation]

    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "add_header", places, .between(2, 3), repeats: true, "Adds a field to answers of success, with \"always\" to all."
        ) { reader in
            try append(to: \.addHeaders, \.addHeadersInheritance, reader)
        },
        DirectiveRow(
            "add_trailer", places, .between(2, 3), repeats: true, "Adds a field behind the body of answers."
        ) { reader in
            try append(to: \.addTrailers, \.addTrailersInheritance, reader)
        },
        DirectiveRow(
            "add_header_inherit", places, .exactly(1), default: "on", "What becomes of an outer level's add_header."
        ) { reader in
            reader.scope.location.addHeadersInheritance = try inheritance(reader)
            reader.whenSettled { dropInherited(\.addHeaders, \.addHeadersInheritance, unlessGiven: "add_header", $0) }
        },
        DirectiveRow(
            "add_trailer_inherit", places, .exactly(1), default: "on", "What becomes of an outer level's add_trailer."
        ) { reader in
            reader.scope.location.addTrailersInheritance = try inheritance(reader)
            reader.whenSettled { dropInherited(\.addTrailers, \.addTrailersInheritance, unlessGiven: "add_trailer", $0) }
        },
        DirectiveRow("expires", places, .between(1, 2), default: "off", "Sets Expires and Cache-Control.", read: expires),
    ]

    private typealias Rules = WritableKeyPath<LocationSettings, LevelList<HeaderRule>> & Sendable
    private typealias Inheritance = WritableKeyPath<LocationSettings, ListInheritance> & Sendable

    private static func append(to list: any Rules, _ inheritance: any Inheritance, _ reader: DirectiveReader) throws(ConfigurationError) {
        let inherited = reader.scope.location[keyPath: list].elements
        reader.scope.location[keyPath: list].append(try rule(reader), level: reader.depth)
        guard reader.isFirstInBlock else { return }
        reader.whenSettled { reader in
            guard reader.scope.location[keyPath: inheritance] == .merge else { return }
            for rule in inherited { reader.scope.location[keyPath: list].appendKeepingInherited(rule, level: reader.depth) }
        }
    }

    private static func dropInherited(
        _ list: any Rules, _ inheritance: any Inheritance, unlessGiven directive: String, _ reader: DirectiveReader
    ) {
        guard reader.scope.location[keyPath: inheritance] == .none, !reader.scope.has(directive) else { return }
        reader.scope.location[keyPath: list].clear(level: reader.depth)
    }

    private static func rule(_ reader: DirectiveReader) throws(ConfigurationError) -> HeaderRule {
        if reader.count == 3 && reader.string(2) != "always" {
            throw reader.fail("invalid parameter \"\(reader.string(2))\"", at: 2, hints: ["only \"always\" may follow the value"])
        }
        return HeaderRule(name: reader.string(0), value: try reader.template(1), isAlways: reader.count == 3)
    }

    private static func inheritance(_ reader: DirectiveReader) throws(ConfigurationError) -> ListInheritance {
        try reader.option(0, ["on": .replace, "off": .none, "merge": .merge])
    }

    private static func expires(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let isModified = reader.count == 2
        if isModified && reader.string(0) != "modified" { throw reader.refuse("invalid value", at: 0) }
        let index = reader.count - 1
        let template = try reader.template(index)
        guard template.constant != nil else {
            reader.scope.location.expires = .template(template, isModified: isModified)
            return
        }
        do {
            let rule = try ExpiresRule(reader.string(index), isModified: isModified)
            reader.scope.location.expires = rule == .off ? .off : .rule(rule)
        } catch {
            throw reader.refuse(error.message, at: index)
        }
    }
}
