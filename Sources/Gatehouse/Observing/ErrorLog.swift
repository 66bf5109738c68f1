import CGatehouse
import GatehouseConfig
import GatehouseRuntime
import Glibc
import Synchronization

/// The `error_log` directives that apply at one level: several sinks, each with its own level. All that accept a line get it.
package final class ErrorLog: Sendable {
    package enum Sink: Sendable {
        case file(LogFile)
        case syslog(SyslogSender)
    }

    /// Lines of `level` and graver ones go to `sink`.
    package struct Output: Sendable {
        package let sink: Sink
        package let level: LogLevel

        package init(_ sink: Sink, level: LogLevel) {
            self.sink = sink
            self.level = level
        }
    }

    private let outputs: [Output]
    /// The least grave level that any sink takes.
    private let level: LogLevel

    package init(_ outputs: [Output]) {
        self.outputs = outputs
        level = outputs.map(\.level).max() ?? .emerg
    }

    /// Whether a line of `level` would be written anywhere. Ask before composing an expensive message.
    @inline(__always)
    package func isEnabled(_ level: LogLevel) -> Bool { level <= self.level }

    /// Writes one line.
    /// - Parameter connection: the number of the client connection that the line is about (`$connection`).
    package func log(_ level: LogLevel, _ message: @autoclosure () -> String, connection: Int? = nil) {
        guard isEnabled(level) else { return }
        let text = message()
        let second = LogSystem.now()
        let line = Self.line(
            level, text, connection: connection, at: LocalTime(epochSecond: second), process: getpid(), thread: gatehouse_gettid())
        for output in outputs where level <= output.level {
            switch output.sink {
            case .file(let file): file.append(line)
            case .syslog(let sender): sender.send(line.dropLast(), severity: level.rawValue - 1, at: second)
            }
        }
    }

    /// The layout of nginx's error log: `2026/11/23 15:00:00 [error] PID#TID: *CONNECTION message`, with the line end.
    static func line(
        _ level: LogLevel, _ message: String, connection: Int?, at time: LocalTime, process: Int32, thread: Int32
    ) -> [UInt8] {
        var line = Array("\(time.errorLogText) [\(level.name)] \(process)#\(thread): ".utf8)
        if let connection { line.append(contentsOf: "*\(connection) ".utf8) }
        line.append(contentsOf: message.utf8.prefix(longestMessage))
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// In bytes; nginx cuts its lines at 2048.
    private static let longestMessage = 2048
}
