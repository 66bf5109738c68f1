import GatehouseConfig
import Glibc

/// Tells people at the terminal what went wrong, with nginx's sentence first.
enum StartupReport {
    /// The program's name before its messages.
    static let program = "gatehouse"

    static func print(_ text: String) {
        let line = Array((text + "\n").utf8)
        try? LogSystem.write(line, to: STDERR_FILENO)
    }

    /// Sentences about the whole test, which scripts look for as nginx words them.
    static func say(_ text: String) { print("nginx: \(text)") }

    /// At the terminal an error is shown with its source line; the log gets the sentence.
    static func show(_ failure: any Error) {
        switch failure {
        case GenerationSource.Failure.configuration(let diagnostics): diagnostics.forEach { print("\(program): \($0.rendered)") }
        case GenerationSource.Failure.other(let message): print("\(program): [emerg] \(message)")
        default: print("\(program): [emerg] \(failure)")
        }
    }

    static func log(_ failure: any Error, to log: ErrorLog) {
        switch failure {
        case GenerationSource.Failure.configuration(let diagnostics): diagnostics.forEach { Self.log($0, to: log) }
        case GenerationSource.Failure.other(let message): log.log(.emerg, message)
        default: log.log(.emerg, "\(failure)")
        }
    }

    static func log(_ diagnostic: ConfigurationDiagnostic, to log: ErrorLog) {
        log.log(diagnostic.severity == .emerg ? .emerg : .warn, diagnostic.sentence)
    }
}
