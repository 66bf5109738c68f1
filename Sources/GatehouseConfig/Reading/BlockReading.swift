/// Reads the directives of a block with their rows: simple ones first, in order, then what waited for them.
package enum BlockReading {
    package static func read(_ nodes: [DirectiveNode], into scope: ConfigurationScope) {
        let diagnostics = scope.shared.diagnostics
        for node in nodes {
            diagnostics.collect { try read(node, into: scope) }
        }
        while !scope.deferred.isEmpty {
            let waiting = scope.deferred
            scope.deferred = []
            for body in waiting { body() }
        }
    }

    private static func read(_ node: DirectiveNode, into scope: ConfigurationScope) throws {
        let row = try DirectiveTable.row(for: node, in: scope.context)
        try checkShape(of: node, row)
        try checkDuplicate(node, row, in: scope)
        var reader = DirectiveReader(node: node, scope: scope)
        try row.read(&reader)
    }

    private static func checkShape(of node: DirectiveNode, _ row: DirectiveRow) throws(ConfigurationError) {
        let name = node.words[0]
        if row.arguments.opensBlock != (node.block != nil) {
            throw ConfigurationError(
                row.arguments.opensBlock
                    ? "directive \"\(name.text)\" has no opening \"{\"" : "directive \"\(name.text)\" is not terminated by \";\"", at: name)
        }
        guard row.arguments.accepts(count: node.words.count - 1) else {
            throw ConfigurationError(
                "invalid number of arguments in \"\(name.text)\" directive", at: name, hints: ["it takes \(row.arguments.text)"])
        }
    }

    private static func checkDuplicate(_ node: DirectiveNode, _ row: DirectiveRow, in scope: ConfigurationScope) throws(ConfigurationError)
    {
        guard let first = scope.seen[node.name] else {
            scope.seen[node.name] = node.position
            return
        }
        guard !row.repeats else { return }
        throw ConfigurationError("\"\(node.name)\" directive is duplicate", at: node.words[0], hints: ["it was given first in \(first)"])
    }
}
