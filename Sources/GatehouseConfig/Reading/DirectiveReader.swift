/// What the reader of one directive gets: its words, and the settings of the block it stands in.
package struct DirectiveReader {
    package let node: DirectiveNode
    package let scope: ConfigurationScope

    package init(node: DirectiveNode, scope: ConfigurationScope) {
        self.node = node
        self.scope = scope
    }

    package var name: String { node.name }
    package var arguments: ArraySlice<Argument> { node.words[1...] }
    package var count: Int { node.words.count - 1 }
    package var position: SourcePosition { node.position }
    /// The depth of the block, for `LevelList`.
    package var depth: Int { scope.depth }
    /// The kind of block that the directive stands in.
    package var context: DirectiveContexts { scope.context }

    /// - Parameter index: counted from zero, the name left out.
    package func argument(_ index: Int) -> Argument { node.words[index + 1] }

    package func string(_ index: Int) -> String { argument(index).text }
    package func bytes(_ index: Int) -> [UInt8] { argument(index).bytes }

    /// An error about one argument, or about the directive as a whole.
    package func fail(_ message: String, at index: Int? = nil, hints: [String] = []) -> ConfigurationError {
        ConfigurationError(message, at: index.map(argument) ?? node.words[0], hints: hints)
    }

    /// nginx's form for a directive that refuses: `"NAME" directive REASON`.
    package func refuse(_ reason: String, at index: Int? = nil, hints: [String] = []) -> ConfigurationError {
        fail("\"\(name)\" directive \(reason)", at: index, hints: hints)
    }

    package func warn(_ message: String, at index: Int? = nil, hints: [String] = []) {
        scope.shared.diagnostics.warn(fail(message, at: index, hints: hints))
    }

    /// Reads the directives of this directive's block with their own rows, into `scope`.
    /// Errors inside are collected, not thrown.
    package func readBlock(into inner: ConfigurationScope) {
        BlockReading.read(node.block ?? [], into: inner)
    }

    /// Runs `body` when all simple directives of the surrounding block have been read, so that inheritance does not depend on order.
    package func afterSiblings(_ body: @escaping (DirectiveReader) throws -> Void) {
        let reader = self
        scope.deferred.append {
            reader.scope.shared.diagnostics.collect { try body(reader) }
        }
    }

    /// The lines of a block that has a language of its own (`types`, `map`, `geo`): the "name" of each is its first word.
    package func entries() -> [DirectiveReader] {
        (node.block ?? []).compactMap { entry in
            guard entry.block == nil else {
                scope.shared.diagnostics.fail(ConfigurationError("unexpected \"{\"", at: entry.words[0]))
                return nil
            }
            return DirectiveReader(node: entry, scope: scope)
        }
    }

    /// Runs `body` for each line of such a block; an error spoils its line only.
    package func forEachEntry(_ body: (DirectiveReader) throws -> Void) {
        for entry in entries() {
            scope.shared.diagnostics.collect { try body(entry) }
        }
    }
}
