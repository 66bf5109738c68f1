import GatehousePolicy
import GatehouseWire

/// The main and `events` contexts.
package struct MainSettings: Sendable {
    package enum WorkerCount: Sendable, Equatable {
        case automatic
        case fixed(Int)
    }
    /// Number of event loops.
    package var workerProcesses: WorkerCount = .fixed(1)
    package var workerConnections = 512
    package var acceptsMany = false
    package var isDaemon = true
    package var hasMasterProcess = true
    package var pidPath = "logs/nginx.pid"
    package var user: String?
    package var group: String?
    package var openFilesLimit: Int?
    package var coreFileLimit: Int?
    package var workingDirectory: String?
    package var workerPriority = 0
    package var shutdownTimeout: Duration?
    /// How a reload to this configuration begins; `nil`: it takes over at once.
    package var reloadTrial: ReloadTrialRules?
    package var errorLogs = LevelList<ErrorLogSettings>()
    /// `control`: the path of the socket that takes commands, and where it is set.
    package var control: (path: String, position: SourcePosition)?
    /// `env NAME` keeps, `env NAME=VALUE` sets.
    package var environment: [(name: String, value: String?)] = []

    package init() {}
}

package enum LogLevel: Int, Sendable, Comparable, CaseIterable {
    case emerg = 1, alert, crit, error, warn, notice, info, debug
    package static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
    package var name: String { "\(self)" }
}

/// Where log lines go.
package enum LogSink: Sendable, Hashable {
    /// An absolute path.
    case file(String)
    case standardError
    case syslog(SyslogSettings)
}

package struct SyslogSettings: Sendable, Hashable {
    /// `host:port`, or a path after `unix:`.
    package var server: UpstreamAddress
    package var facility = 23
    package var severity = 6
    package var tag = "nginx"
    package var includesHostname = true

    package init(server: UpstreamAddress) { self.server = server }
}

package struct ErrorLogSettings: Sendable, Hashable {
    package var sink: LogSink
    /// Lines of this level and graver ones are written.
    package var level: LogLevel

    package init(sink: LogSink, level: LogLevel = .error) {
        self.sink = sink
        self.level = level
    }
}
