/// A directive as the parser found it: a name, arguments, and a block where one was opened. `include` is already replaced by what it names.
package struct DirectiveNode: Sendable {
    /// The name and then the arguments; never empty.
    package let words: [Argument]
    /// What stood between `{` and `}`; `nil` for a directive that ended in `;`.
    package let block: [DirectiveNode]?

    package init(words: [Argument], block: [DirectiveNode]?) {
        self.words = words
        self.block = block
    }

    package var name: String { words[0].text }
    package var position: SourcePosition { words[0].position }
}
