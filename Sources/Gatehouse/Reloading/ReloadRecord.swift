import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// What became of configurations on trial, for people. Lives on over reloads.
package final class ReloadRecord: Sendable {
    private struct State {
        var trial: ReloadTrial?
        /// The newest last.
        var outcomes: [(time: MonotonicInstant, outcome: ReloadOutcome)] = []
    }

    private let state = Lock(State())
    private static let longest = 10

    package init() {}

    /// The trial under way.
    var trial: ReloadTrial? { state.withLock { $0.trial } }

    func began(_ trial: ReloadTrial) { state.withLock { $0.trial = trial } }

    /// The trial of generation `number` is over.
    /// - Parameter outcome: `nil` where another configuration came before it could be put to work.
    func ended(_ number: Int, _ outcome: ReloadOutcome?, now: MonotonicInstant) {
        state.withLock { state in
            if state.trial?.number == number { state.trial = nil }
            guard let outcome else { return }
            if state.outcomes.count == Self.longest { state.outcomes.removeFirst() }
            state.outcomes.append((now, outcome))
        }
    }

    /// In lines; none where there was never a trial.
    func status(now: MonotonicInstant) async -> [String] {
        let (trial, outcomes) = state.withLock { ($0.trial, $0.outcomes) }
        if trial == nil && outcomes.isEmpty { return [] }
        var lines = ["configuration: \(await trial?.status(now: now) ?? "none on trial")"]
        for (time, outcome) in outcomes { lines.append("  \((now - time).components.seconds) s ago: \(outcome)") }
        return lines
    }
}
