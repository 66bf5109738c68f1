import GatehousePattern
import GatehousePolicy

/// `map`: a variable whose value follows from another text.
enum MapDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow("map", .http, .block(2...2), repeats: true, "A variable that depends on other variables.", read: map),
        .ignored("map_hash_max_size", .http, .exactly(1), because: "Tables have the size they need."),
        .ignored("map_hash_bucket_size", .http, .exactly(1), because: "Tables have the size they need."),
    ]

    private static func map(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let source = try reader.template(0)
        let name = try reader.variableName(1)
        let entries = reader.entries()
        var builder = MapBuilder(usesHostnames: entries.contains { $0.count == 0 && $0.name == "hostnames" })
        for entry in entries {
            do { try builder.add(entry) } catch { reader.scope.shared.diagnostics.fail(error) }
        }
        let isVolatile = entries.contains { $0.count == 0 && $0.name == "volatile" }
        guard reader.scope.http.variables.define(name, .map(builder.definition(of: source)), isVolatile: isVolatile) != nil else {
            throw reader.fail("the duplicate \"\(name)\" variable", at: 1)
        }
    }
}

/// Gathers the lines of one `map`.
private struct MapBuilder {
    private var table: ExactAndWildcardMap
    private let usesHostnames: Bool
    private var values: [Template] = []
    private var defaultValue: Template?
    private var captureNames: [[(group: Int, slot: Int)]] = []

    init(usesHostnames: Bool) {
        self.usesHostnames = usesHostnames
        table = ExactAndWildcardMap(usesHostnames: usesHostnames)
    }

    func definition(of source: Template) -> MapDefinition {
        MapDefinition(
            source: source, table: table, values: values, defaultValue: defaultValue ?? Template(literal: ""), captureNames: captureNames)
    }

    mutating func add(_ entry: DirectiveReader) throws(ConfigurationError) {
        let key = entry.name
        if entry.count == 0 && (key == "hostnames" || key == "volatile") { return }
        guard entry.count == 1 else { throw entry.fail("invalid number of the map parameters") }
        let value = try entry.template(0)
        if key == "default" {
            if defaultValue != nil { throw entry.fail("duplicate default map parameter") }
            defaultValue = value
        } else if key.hasPrefix("~") {
            let isCaseInsensitive = key.hasPrefix("~*")
            let source = String(key.dropFirst(isCaseInsensitive ? 2 : 1))
            // The words of an entry count from its value, so the key is the word before.
            let pattern = try entry.pattern(source, at: -1, caseInsensitive: isCaseInsensitive)
            table.add(pattern.pattern, value: values.count)
            captureNames.append(pattern.names)
            values.append(value)
        } else {
            try addText(key, value, entry)
        }
    }

    private mutating func addText(_ key: String, _ value: Template, _ entry: DirectiveReader) throws(ConfigurationError) {
        let text = key.hasPrefix("\\") ? String(key.dropFirst()) : key
        if usesHostnames && !HostnamePattern.isValid(text) { throw entry.fail("invalid hostname or wildcard \"\(text)\"") }
        guard table.add(text, value: values.count) else { throw entry.fail("conflicting parameter \"\(text)\"") }
        values.append(value)
    }
}
