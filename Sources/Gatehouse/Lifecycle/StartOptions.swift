/// What the command line says about where to find things.
package struct StartOptions: Sendable, Equatable {
    /// `-p`; ends with a slash.
    package var prefix: String
    /// `-c`; absolute.
    package var configurationPath: String
    /// `-e`: written before the configuration names another log, and when it names none. Absolute, or `stderr`.
    package var errorLogPath: String
    /// Whether the first log was asked for: then it is a fault worth a word when it cannot be opened, else the terminal has to do.
    package var needsErrorLog = true
    /// `-g`: directives read before the file.
    package var globalDirectives: String
    /// `-q`: a successful test says nothing.
    package var isQuiet = false
    /// The program and its arguments, for a binary upgrade.
    package var arguments: [String] = []

    package init(prefix: String, configurationPath: String, errorLogPath: String, globalDirectives: String = "") {
        self.prefix = prefix.hasSuffix("/") ? prefix : prefix + "/"
        self.configurationPath = configurationPath
        self.errorLogPath = errorLogPath
        self.globalDirectives = globalDirectives
    }
}
