/// The blocks that make up `http`.
enum BlockDirectives {
    static let rows: [DirectiveRow] = [
        // The parser puts the files in place of the directive; this row is for the reference and for suggestions.
        DirectiveRow(
            "include", .all, .exactly(1), repeats: true, "Reads directives from a file, or from all files that a pattern matches."
        ) { _ in },
        DirectiveRow("http", .main, .block(0...0), "Everything about HTTP.") { reader in
            reader.afterSiblings { reader in
                let scope = ConfigurationScope(.http, inside: reader.scope)
                reader.readBlock(into: scope)
                reader.scope.shared.http.root = scope.makeLocation()
            }
        },
        DirectiveRow("server", .http, .block(0...0), repeats: true, "A virtual server.") { reader in
            reader.afterSiblings { readServer($0) }
        },
        DirectiveRow("location", [.server, .location], .block(1...2), repeats: true, "Settings for a part of the URIs.") { reader in
            reader.afterSiblings { reader in try readLocation(reader) }
        },
        DirectiveRow("limit_except", .location, .block(1...Int.max), "Settings for all methods but those named.") { reader in
            let methods = try reader.arguments.map { word in try method(word, reader) }
            reader.afterSiblings { readLimitExcept($0, methods: methods) }
        },
    ]

    private static func readServer(_ reader: DirectiveReader) {
        let scope = ConfigurationScope(.server, inside: reader.scope)
        scope.virtualServer.position = reader.position
        reader.readBlock(into: scope)
        scope.virtualServer.settings = scope.server
        scope.virtualServer.root = scope.makeLocation()
        scope.virtualServer.locations = scope.locations
        reader.scope.http.servers.append(scope.virtualServer)
    }

    private static func readLocation(_ reader: DirectiveReader) throws(ConfigurationError) {
        let name = try LocationName(reader)
        try name.checkNesting(in: reader.scope, reader)
        let scope = ConfigurationScope(.location, inside: reader.scope)
        scope.place = name.place
        scope.pattern = name.pattern
        scope.location.resetForInnerLocation()
        reader.readBlock(into: scope)
        reader.scope.locations.append(
            LocationDraft(
                place: scope.place, pattern: scope.pattern, configuration: scope.makeLocation(), inner: scope.locations,
                position: reader.position))
    }

    private static func readLimitExcept(_ reader: DirectiveReader, methods: [[UInt8]]) {
        let scope = ConfigurationScope(.limitExcept, inside: reader.scope)
        scope.location.rewrite = RewriteProgram()
        reader.readBlock(into: scope)
        reader.scope.location.limitExcept = LimitExcept(methods: methods, settings: scope.makeLocation())
    }

    private static let methods: Set<String> = [
        "GET", "HEAD", "POST", "PUT", "DELETE", "MKCOL", "COPY", "MOVE", "OPTIONS", "PROPFIND", "PROPPATCH", "LOCK", "UNLOCK", "PATCH",
    ]

    private static func method(_ word: Argument, _ reader: DirectiveReader) throws(ConfigurationError) -> [UInt8] {
        let name = word.text.uppercased()
        guard methods.contains(name) else { throw ConfigurationError("invalid method \"\(word.text)\"", at: word) }
        return Array(name.utf8)
    }
}
