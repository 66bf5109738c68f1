/// One error or warning of a configuration, ready to be shown.
package struct ConfigurationDiagnostic: Error, Sendable, Equatable {
    package enum Severity: String, Sendable { case emerg, warn }
    package let severity: Severity
    /// nginx's sentence, without the place.
    package let message: String
    /// `nil` for what belongs to no line, such as a missing `events` section.
    package let position: SourcePosition?
    /// The line the position is on; empty when the file could not be read.
    package let sourceLine: String
    package let length: Int
    package let hints: [String]

    package init(
        _ severity: Severity, _ message: String, at position: SourcePosition? = nil, sourceLine: String = "", length: Int = 1,
        hints: [String] = []
    ) {
        self.severity = severity
        self.message = message
        self.position = position
        self.sourceLine = sourceLine
        self.length = length
        self.hints = hints
    }

    /// nginx's own one-line form: `unknown directive "lissten" in /etc/nginx/nginx.conf:12`.
    package var sentence: String {
        guard let position else { return message }
        return "\(message) in \(position)"
    }

    /// The sentence with its severity, then the source line with a caret below, then the advice.
    package var rendered: String {
        var lines = ["[\(severity.rawValue)] \(sentence)"]
        if let position, !sourceLine.isEmpty {
            let number = "\(position.line)"
            let margin = String(repeating: " ", count: number.utf8.count)
            lines.append(" \(number) | \(sourceLine)")
            lines.append(" \(margin) | \(indentation(upTo: position.column))\(underline(from: position.column))")
        }
        return (lines + hints.map { "   = \($0)" }).joined(separator: "\n")
    }

    /// Blanks as wide as the text before the caret; tabs stay tabs, so that the caret stands right wherever tab stops are.
    private func indentation(upTo column: Int) -> String {
        String(decoding: sourceLine.utf8.prefix(column - 1).filter { $0 & 0xC0 != 0x80 }.map { $0 == 9 ? 9 : 32 }, as: UTF8.self)
    }

    private func underline(from column: Int) -> String {
        let width = min(length, max(1, sourceLine.utf8.count - column + 1))
        return "^" + String(repeating: "~", count: width - 1)
    }
}
