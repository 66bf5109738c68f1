/// What is wrong with the text of a directive's arguments; the reader of the directive adds file and line.
package struct ArgumentError: Error, Equatable {
    /// nginx's sentence.
    package let message: String
    /// The argument to point at, counted from zero; `nil` for the whole directive.
    package let index: Int?
    /// Lines of advice.
    package let hints: [String]

    package init(_ message: String, at index: Int? = nil, hints: [String] = []) {
        self.message = message
        self.index = index
        self.hints = hints
    }
}
