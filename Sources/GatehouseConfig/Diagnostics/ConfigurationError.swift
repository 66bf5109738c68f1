/// What a directive's reader throws: nginx's sentence, and the word that it is about.
///
/// A class, since the compiler of Swift 6.3 crashes on closures that throw a struct of this size by type.
package final class ConfigurationError: Error, Sendable {
    package let message: String
    package let position: SourcePosition
    /// Bytes to underline, at least one.
    package let length: Int
    /// Lines of advice below the source line.
    package let hints: [String]

    package init(_ message: String, at position: SourcePosition, length: Int = 1, hints: [String] = []) {
        self.message = message
        self.position = position
        self.length = max(1, length)
        self.hints = hints
    }

    package convenience init(_ message: String, at word: Argument, hints: [String] = []) {
        self.init(message, at: word.position, length: word.sourceLength, hints: hints)
    }
}
