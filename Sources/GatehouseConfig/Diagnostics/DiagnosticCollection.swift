/// Gathers what is wrong with a configuration while it is read. Confined to one load.
package final class DiagnosticCollection {
    package private(set) var errors: [ConfigurationDiagnostic] = []
    package private(set) var warnings: [ConfigurationDiagnostic] = []
    /// Every file read so far, for source lines and for `-T`.
    package var files: [ConfigurationFile] = []

    package init() {}

    package func fail(_ error: ConfigurationError) {
        errors.append(diagnostic(.emerg, error))
    }

    /// Runs one step of reading; its error ends the step only.
    package func collect(_ step: () throws -> Void) {
        do {
            try step()
        } catch let error as ConfigurationError {
            fail(error)
        } catch {
            fail("\(error)")
        }
    }

    /// An error that belongs to no line.
    package func fail(_ message: String, hints: [String] = []) {
        errors.append(ConfigurationDiagnostic(.emerg, message, hints: hints))
    }

    package func warn(_ error: ConfigurationError) {
        warnings.append(diagnostic(.warn, error))
    }

    private func diagnostic(_ severity: ConfigurationDiagnostic.Severity, _ error: ConfigurationError) -> ConfigurationDiagnostic {
        ConfigurationDiagnostic(
            severity, error.message, at: error.position, sourceLine: line(at: error.position), length: error.length, hints: error.hints)
    }

    private func line(at position: SourcePosition) -> String {
        guard let file = files.first(where: { $0.path == position.file }) else { return "" }
        let lines = file.content.split(separator: UInt8(ascii: "\n"), maxSplits: position.line, omittingEmptySubsequences: false)
        guard position.line <= lines.count else { return "" }
        let line = lines[position.line - 1]
        return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
    }
}
