/// All directives by name. A name has several rows when blocks give it different meanings, as `server` in `http` and in `upstream`.
package enum DirectiveTable {
    /// In the order of the reference pages.
    package static let modules: [(title: String, rows: [DirectiveRow])] = coreModules + featureModules

    private static let coreModules: [(title: String, rows: [DirectiveRow])] = [
        ("Process", MainDirectives.rows),
        ("Events", MainDirectives.eventRows),
        ("Blocks", BlockDirectives.rows),
        ("Servers", ServerDirectives.rows),
        ("Files", FileDirectives.rows),
        ("Request bodies", ClientDirectives.bodyRows),
        ("Client connections", ClientDirectives.connectionRows),
        ("Answers", ResponseDirectives.rows),
        ("Error log", ErrorLogDirective.rows),
        ("Name resolution", ResolverDirectives.rows),
    ]

    private static let featureModules: [(title: String, rows: [DirectiveRow])] = [
        ("Rewriting", RewriteDirectives.rows),
        ("Proxying", ProxyDirectives.rows),
        ("Tunnels", TunnelDirectives.rows),
        ("Forward proxy", ForwardDirectives.rows + ForwardRuleDirectives.rows + ForwardExitDirective.rows),
        ("TLS with clients", TLSDirectives.rows),
        ("Upstream groups", UpstreamDirectives.rows),
        ("Health of upstream groups", HealthDirectives.rows),
        ("Canaries", CanaryDirectives.rows),
        ("Mirrors", MirrorDirectives.rows),
        ("Headers of answers", HeadersDirectives.rows),
        ("Details of answers", AnswerDirectives.rows),
        ("Access log", LogDirectives.rows),
        ("Maps", MapDirectives.rows),
        ("Networks", GeoDirectives.rows),
        ("Splitting", SplitClientsDirectives.rows),
        ("Access", AccessDirectives.rows),
        ("Limits", LimitDirectives.rows),
        ("Authentication", AuthenticationDirectives.rows),
        ("Accepted without effect", IgnoredDirectives.rows),
    ]

    private static let rowsByName: [String: [DirectiveRow]] = Dictionary(grouping: modules.flatMap(\.rows), by: \.name)

    package static var names: some Collection<String> { rowsByName.keys }

    package static func rows(named name: String) -> [DirectiveRow] { rowsByName[name] ?? [] }

    /// All places a directive may stand in, whatever it means there.
    package static func contexts(of name: String) -> DirectiveContexts {
        rows(named: name).reduce(into: DirectiveContexts()) { $0.formUnion($1.contexts) }
    }

    /// The row that holds for a directive in a kind of block.
    /// - Throws: `unknown directive` and `directive is not allowed here`, with what would be accepted.
    package static func row(for node: DirectiveNode, in context: DirectiveContexts) throws(ConfigurationError) -> DirectiveRow {
        let name = node.name
        guard let rows = rowsByName[name] else {
            throw ConfigurationError(
                "unknown directive \"\(name)\"", at: node.words[0], hints: DirectiveSuggestions.hints(for: name, in: context))
        }
        guard let row = rows.first(where: { $0.contexts.contains(context) }) else {
            throw ConfigurationError(
                "\"\(name)\" directive is not allowed here", at: node.words[0], hints: ["it is allowed in: \(contexts(of: name).text)"])
        }
        return row
    }
}
