/// Why a pattern could not be compiled: the sentence to show, and where in the source the caret belongs.
package struct PatternError: Error, Equatable, Sendable {
    /// One line without the pattern itself, in the words configurations are used to (`missing closing parenthesis`).
    package var message: String
    /// Offset into the source, in bytes from its start; equal to its length when the end came too early.
    package var offset: Int

    package init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }
}
