import GatehouseConfig
import GatehousePolicy

/// Decisions in the error log, each with the numbers that led to it.
enum CanaryLog {
    static func note(_ decision: CanaryDecision, of name: String, in log: ErrorLog) {
        let level: LogLevel =
            switch decision.kind {
            case .rolledBack, .steppedBack: .warn
            case .started, .advanced, .promoted, .held, .waiting, .changed: .notice
            }
        log.log(level, "canary \"\(name)\": \(decision.description)")
    }
}
