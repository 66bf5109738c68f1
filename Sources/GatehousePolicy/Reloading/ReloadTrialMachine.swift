import GatehouseWire

/// Decides what becomes of a configuration that serves a share of the new connections beside the old one. Owns the judge and the time that is left;
/// knows nothing of generations, sockets or requests.
///
///     onTrial ──period over, adopt────────► ended (adopted)
///        ├─────worse, withdraw────────────► ended (withdrawn)
///        └─────another configuration, end─► ended (dropped)
package struct ReloadTrialMachine: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case onTrial
        case ended(ReloadOutcome)
    }

    package let rules: ReloadTrialRules
    package private(set) var state = State.onTrial
    private let since: MonotonicInstant
    private var judge: CanaryJudge

    package init(_ rules: ReloadTrialRules, now: MonotonicInstant) {
        self.rules = rules
        since = now
        judge = CanaryJudge(rules.judgement)
    }

    /// When `timePassed` adopts it; `nil` when that is decided.
    package var deadline: MonotonicInstant? { state == .onTrial ? since + rules.period : nil }

    /// Both configurations answered for a while; `canary` is the new one.
    /// - Returns: what followed, at most once of all events.
    package mutating func blockClosed(_ block: CanaryBlock, now: MonotonicInstant) -> ReloadOutcome? {
        guard state == .onTrial, case .worse = judge.add(block) else { return nil }
        return end(.withdrawn, "it fails more often", now: now)
    }

    /// A trial that found too little to say anything ends as well: a quiet server has to get its new configuration, too.
    package mutating func timePassed(now: MonotonicInstant) -> ReloadOutcome? {
        guard let deadline, now >= deadline else { return nil }
        return end(.adopted, judge.total.canary.count == 0 ? "nothing came to it" : "no worse", now: now)
    }

    /// A person will not wait.
    package mutating func adopt(now: MonotonicInstant) -> ReloadOutcome? { end(.adopted, "as told", now: now) }

    /// A person does not want it.
    package mutating func withdraw(now: MonotonicInstant) -> ReloadOutcome? { end(.withdrawn, "as told", now: now) }

    /// Another configuration came, or the server ends.
    package mutating func drop(because reason: String, now: MonotonicInstant) -> ReloadOutcome? { end(.dropped, reason, now: now) }

    private mutating func end(_ kind: ReloadOutcome.Kind, _ reason: String, now: MonotonicInstant) -> ReloadOutcome? {
        guard state == .onTrial else { return nil }
        let seconds = (now - since).components.seconds
        let outcome = ReloadOutcome(kind, reason: "\(reason), after \(seconds) s at \(rules.share); \(judge.numbers)")
        state = .ended(outcome)
        return outcome
    }

    /// `on trial at 5%, 90 s left; errors: …`
    package func status(now: MonotonicInstant) -> String {
        switch state {
        case .onTrial:
            let left = max(0, (since + rules.period - now).components.seconds)
            return "on trial at \(rules.share), \(left) s left; \(judge.numbers)"
        case .ended(let outcome): return outcome.description
        }
    }
}

/// What became of a configuration on trial, and why.
package struct ReloadOutcome: Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// It serves everything now.
        case adopted
        /// The old one serves everything again.
        case withdrawn
        /// Neither: another took its place, or there was no end to wait for.
        case dropped
    }

    package var kind: Kind
    /// A clause with the numbers.
    package var reason: String

    package init(_ kind: Kind, reason: String) {
        self.kind = kind
        self.reason = reason
    }

    /// `withdrawn: it fails more often, after 4 s at 5%; errors: …`
    package var description: String { "\(kind.rawValue): \(reason)" }
}
