/// Where in the configuration something was written.
package struct SourcePosition: Sendable, Hashable {
    /// Absolute path of the file, or `command line` for `-g`.
    package let file: String
    /// Counted from one.
    package let line: Int
    /// Counted from one, in bytes.
    package let column: Int

    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }
}

extension SourcePosition: CustomStringConvertible {
    /// The file name that directives of `-g` have.
    package static let commandLine = "command line"

    package var description: String { file == Self.commandLine ? file : "\(file):\(line)" }
}
