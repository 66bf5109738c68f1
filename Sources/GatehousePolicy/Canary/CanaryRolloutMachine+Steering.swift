import GatehouseWire

/// What people say, and what a new configuration says.
extension CanaryRolloutMachine {
    /// Goes on: to the next step, or again from the first after a rollback. With `entirely`, to 100 % at once.
    /// - Returns: `nil` where there is nothing further.
    package mutating func promote(entirely: Bool = false, now: MonotonicInstant) -> CanaryDecision? {
        let from = share
        switch state {
        case .promoted: return nil
        case .running, .holding, .rolledBack:
            if entirely {
                state = .promoted
                return CanaryDecision(.promoted, from: from, to: .all, reason: "as told; \(judge.numbers)")
            }
        }
        switch state {
        case .promoted: return nil
        case .running(let step, _, _), .holding(let step, _):
            if step + 1 == rules.steps.count { return nil }
            return advance(from: step, because: "as told; \(judge.numbers)", now: now)
        case .rolledBack:
            judge.restart()
            sample = 0
            state = rules.steps[0].share == .all ? .promoted : .running(step: 0, since: now, isWaiting: false)
            return CanaryDecision(.started, from: from, to: share, reason: "as told")
        }
    }

    /// Stays at its share until `promote` or `rollback`; the judge goes on judging.
    /// - Returns: `nil` where it waits already, or has ended.
    package mutating func hold() -> CanaryDecision? {
        guard case .running(let step, _, _) = state else { return nil }
        state = .holding(step: step, .person)
        return CanaryDecision(.held, from: share, to: share, reason: "as told; \(judge.numbers)")
    }

    /// - Returns: `nil` where that has happened.
    package mutating func rollBack() -> CanaryDecision? {
        if state == .rolledBack { return nil }
        let from = share
        let numbers = judge.numbers
        state = .rolledBack
        sample = 0
        judge.restart()
        return CanaryDecision(.rolledBack, from: from, to: .none, reason: "as told; \(numbers)")
    }

    /// The configuration was loaded anew. A rollout under way keeps its place: the same step if its share is still the same, else the
    /// last one with no larger share. What has ended stays ended.
    /// - Returns: `nil` where nothing changed.
    package mutating func rulesChanged(_ new: CanaryRules, now: MonotonicInstant) -> CanaryDecision? {
        if new == rules { return nil }
        let from = share
        let old = state
        rules = new
        if judge.judgement != new.judgement { judge = CanaryJudge(new.judgement) }
        switch old {
        case .promoted, .rolledBack: break
        case .holding(_, let cause): state = .holding(step: place(of: from), cause)
        case .running(_, let since, let isWaiting):
            let step = place(of: from)
            let isSame = new.steps[step].share == from
            state = .running(step: step, since: isSame ? since : now, isWaiting: isSame && isWaiting)
            if !isSame { sample = 0 }
        }
        if case .running(let step, _, _) = state, new.steps[step].share == .all { state = .promoted }
        return CanaryDecision(.changed, from: from, to: share, reason: "the configuration changed")
    }

    private func place(of share: CanaryShare) -> Int { rules.steps.lastIndex { $0.share <= share } ?? 0 }
}
