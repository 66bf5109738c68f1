import GatehouseWire

/// Decides how much traffic a canary gets: when it goes on, waits, or goes back. Owns the step and the judge; knows nothing of requests,
/// groups or files, and not what time it is beyond what it is told.
///
///     running ──pace over, sample there──► running (next step) ──100 %──► promoted
///        │  ▲                                   │                            │
///        │  └─ promote ── holding ◄─ on_success hold, hold, step_back        │
///        └── worse, rollback ──► rolledBack ◄────────────── rollback ────────┘
///                                    └─ promote ──► running (first step)
package struct CanaryRolloutMachine: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        /// May go to any other. `isWaiting`: its time is over, and the sample too small; this has been said.
        case running(step: Int, since: MonotonicInstant, isWaiting: Bool)
        /// Until a person says more, or the judge does.
        case holding(step: Int, HoldCause)
        /// Only a person leads out.
        case promoted
        /// Only a person leads out.
        case rolledBack
    }

    package enum HoldCause: String, Sendable {
        case person
        case success
        case failure
    }

    package internal(set) var rules: CanaryRules
    package internal(set) var state: State
    package internal(set) var judge: CanaryJudge
    /// Results of the canary since the step began.
    package internal(set) var sample = 0

    package init(_ rules: CanaryRules, now: MonotonicInstant) {
        self.rules = rules
        judge = CanaryJudge(rules.judgement)
        state = rules.steps[0].share == .all ? .promoted : .running(step: 0, since: now, isWaiting: false)
    }

    package var share: CanaryShare {
        switch state {
        case .running(let step, _, _), .holding(let step, _): rules.steps[step].share
        case .promoted: .all
        case .rolledBack: .none
        }
    }

    /// As `$canary_state` shows it.
    package var stateName: String {
        switch state {
        case .running(_, _, let isWaiting): isWaiting ? "waiting" : "running"
        case .holding: "holding"
        case .promoted: "promoted"
        case .rolledBack: "rolled_back"
        }
    }

    /// When `timePassed` has something to decide; `nil`: never by itself.
    package var deadline: MonotonicInstant? {
        guard case .running(let step, let since, false) = state else { return nil }
        return rules.steps[step].pace.map { since + $0 }
    }

    /// Says with what the rollout begins.
    package var beginning: CanaryDecision {
        CanaryDecision(.started, from: .none, to: share, reason: "step 1 of \(rules.steps.count)\(paceText(0))")
    }

    /// Both versions answered for a while.
    package mutating func blockClosed(_ block: CanaryBlock, now: MonotonicInstant) -> CanaryDecision? {
        switch state {
        case .promoted, .rolledBack: return nil
        case .running(let step, _, let isWaiting):
            sample += block.canary.count
            if case .worse(let metric) = judge.add(block) { return failed(metric, at: step) }
            return isWaiting && sample >= rules.judgement.minimumSample ? succeeded(step, now: now) : nil
        case .holding(let step, _):
            sample += block.canary.count
            guard case .worse(let metric) = judge.add(block) else { return nil }
            return failed(metric, at: step)
        }
    }

    /// It is now as late as `deadline` said.
    package mutating func timePassed(now: MonotonicInstant) -> CanaryDecision? {
        guard case .running(let step, let since, false) = state, let deadline, now >= deadline else { return nil }
        if sample >= rules.judgement.minimumSample { return succeeded(step, now: now) }
        state = .running(step: step, since: since, isWaiting: true)
        return CanaryDecision(.waiting, from: share, to: share, reason: "too little traffic: \(sampleText)")
    }

    // MARK: Steps

    private mutating func succeeded(_ step: Int, now: MonotonicInstant) -> CanaryDecision? {
        let reason = "no worse in step \(step + 1) of \(rules.steps.count): \(sampleText); \(judge.numbers)"
        if rules.onSuccess == .hold {
            state = .holding(step: step, .success)
            return CanaryDecision(.held, from: share, to: share, reason: reason)
        }
        return advance(from: step, because: reason, now: now)
    }

    /// To the next step; the last one, if it has a pace and less than everything, is kept.
    mutating func advance(from step: Int, because reason: String, now: MonotonicInstant) -> CanaryDecision {
        let from = share
        guard step + 1 < rules.steps.count else {
            state = .holding(step: step, .success)
            return CanaryDecision(.held, from: from, to: from, reason: reason)
        }
        sample = 0
        let next = rules.steps[step + 1]
        if next.share == .all {
            state = .promoted
            return CanaryDecision(.promoted, from: from, to: .all, reason: reason)
        }
        state = .running(step: step + 1, since: now, isWaiting: false)
        return CanaryDecision(.advanced, from: from, to: next.share, reason: reason)
    }

    private mutating func failed(_ metric: CanaryJudge.Metric, at step: Int) -> CanaryDecision {
        let from = share
        let what = metric == .errors ? "the canary fails more often" : "the canary is slower"
        let reason = "\(what); \(judge.numbers)"
        sample = 0
        judge.restart()
        if rules.onFailure == .stepBack && step > 0 {
            state = .holding(step: step - 1, .failure)
            return CanaryDecision(.steppedBack, from: from, to: share, reason: reason)
        }
        state = .rolledBack
        return CanaryDecision(.rolledBack, from: from, to: .none, reason: reason)
    }

    // MARK: Texts

    package var sampleText: String { "\(sample) of at least \(rules.judgement.minimumSample) results" }

    private func paceText(_ step: Int) -> String {
        rules.steps[step].pace.map { " for \($0.wholeNanoseconds / 1_000_000_000) s" } ?? ""
    }
}
