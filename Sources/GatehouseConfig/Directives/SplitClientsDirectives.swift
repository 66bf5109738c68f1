import GatehousePolicy

/// `split_clients`: a variable that divides clients by shares.
enum SplitClientsDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow("split_clients", .http, .block(2...2), repeats: true, "A variable that divides clients by shares.", read: split)
    ]

    private static func split(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let source = try reader.template(0)
        let name = try reader.variableName(1)
        var parts: [ClientSplit.Part] = []
        var values: [Template] = []
        reader.forEachEntry { entry in
            guard entry.count == 1 else { throw entry.fail("invalid number of the split_clients parameters") }
            guard let part = ClientSplit.Part(entry.name) else { throw entry.fail("invalid percent value \"\(entry.name)\"") }
            parts.append(part)
            values.append(Template(literal: entry.string(0)))
        }
        guard let table = ClientSplit(parts) else { throw reader.fail("percent total is greater than 100%") }
        let definition = SplitClientsDefinition(source: source, table: table, values: values)
        guard reader.scope.http.variables.define(name, .splitClients(definition)) != nil else {
            throw reader.fail("the duplicate \"\(name)\" variable", at: 1)
        }
    }
}
