/// Whether a file is a whole configuration, or holds only what belongs into `http { … }`.
struct FileLayout {
    /// The file had no `http` block, but directives that belong into one.
    let isBare: Bool
    /// The directives of the file, with the `http` block that a bare file leaves out.
    let nodes: [DirectiveNode]

    init(_ nodes: [DirectiveNode]) {
        let inner = nodes.filter { !Self.belongsToMain($0) }
        let hasBlockOfHTTP = inner.contains { $0.block != nil && Self.belongsToHTTP($0) }
        guard hasBlockOfHTTP, let first = inner.first, !nodes.contains(where: { $0.name == "http" }) else {
            isBare = false
            self.nodes = nodes
            return
        }
        isBare = true
        let name = Argument(bytes: Array("http".utf8), position: first.position, sourceLength: 4, wasQuoted: false)
        self.nodes = nodes.filter(Self.belongsToMain) + [DirectiveNode(words: [name], block: inner)]
    }

    private static func belongsToMain(_ node: DirectiveNode) -> Bool {
        DirectiveTable.rows(named: node.name).contains { $0.contexts.contains(.main) }
    }

    private static func belongsToHTTP(_ node: DirectiveNode) -> Bool {
        DirectiveTable.rows(named: node.name).contains { $0.contexts.contains(.http) }
    }
}
