/// One directive: everything that the parser, `-t` and the reference pages know about it.
package struct DirectiveRow: Sendable {
    /// Throws `ConfigurationError` only; untyped because a closure does not infer a typed throw, and every row has one.
    package typealias Read = @Sendable (inout DirectiveReader) throws -> Void

    package let name: String
    package let contexts: DirectiveContexts
    package let arguments: ArgumentShape
    /// May stand several times in one block.
    package let repeats: Bool
    /// As a configuration would write it, for the reference page.
    package let defaultValue: String?
    /// One line of documentation.
    package let summary: String
    /// Accepted by name only.
    package let isIgnored: Bool
    package let read: Read

    package init(
        _ name: String, _ contexts: DirectiveContexts, _ arguments: ArgumentShape, repeats: Bool = false,
        default defaultValue: String? = nil,
        _ summary: String, isIgnored: Bool = false, read: @escaping Read
    ) {
        self.name = name
        self.contexts = contexts
        self.arguments = arguments
        self.repeats = repeats
        self.defaultValue = defaultValue
        self.summary = summary
        self.isIgnored = isIgnored
        self.read = read
    }

    /// A tuning knob that has no meaning here: accepted, so that configurations stay as they are, with the reason in its row.
    package static func ignored(
        _ name: String, _ contexts: DirectiveContexts, _ arguments: ArgumentShape, repeats: Bool = false, because reason: String
    ) -> DirectiveRow {
        DirectiveRow(name, contexts, arguments, repeats: repeats, reason, isIgnored: true) { _ in }
    }
}
