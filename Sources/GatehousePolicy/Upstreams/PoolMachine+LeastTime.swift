import GatehouseWire

extension PoolMachine {
    /// The least estimated time for its weight; among equals, round robin.
    mutating func leastTimed(
        in range: Range<Int>, _ mode: BalancingMethod.LeastTimeMode, excluding tried: PeerSet, now: MonotonicInstant
    ) -> Int? {
        var best = -1
        var (time, weight) = (1, 0)
        var hasEquals = false
        for slot in range where isUsable(slot, excluding: tried, now: now) {
            if mode.countsInflight { records[slot].times.observeInflight(now: now) }
            let estimate = estimate(of: slot, mode, now: now)
            let own = estimate &* weight
            let others = time &* Int(slots[slot].weight)
            if own < others {
                (best, time, weight) = (slot, estimate, Int(slots[slot].weight))
                hasEquals = false
            } else if own == others {
                hasEquals = true
            }
        }
        if best < 0 || !hasEquals { return best < 0 ? nil : best }
        return turnAmongTimed(from: best, to: range.upperBound, time: time, mode, excluding: tried, now: now)
    }

    private mutating func turnAmongTimed(
        from first: Int, to end: Int, time: Int, _ mode: BalancingMethod.LeastTimeMode, excluding tried: PeerSet, now: MonotonicInstant
    ) -> Int {
        var best = first
        var total = 0
        let weight = Int(slots[first].weight)
        for slot in first..<end where isUsable(slot, excluding: tried, now: now) {
            guard estimate(of: slot, mode, now: now) &* weight == time &* Int(slots[slot].weight) else { continue }
            total += slots[slot].advance()
            if slots[slot].currentWeight > slots[best].currentWeight { best = slot }
        }
        slots[best].currentWeight -= total
        return best
    }

    /// The time a peer will take for what it has and one request more, in milliseconds. A peer nobody was sent to for a while is
    /// thought better of, so that a slow one gets its chance: nginx halves the average once in `fail_timeout`.
    func estimate(of slot: Int, _ mode: BalancingMethod.LeastTimeMode, now: MonotonicInstant) -> Int {
        records[slot].estimate(mode, load: slots[slot].load, now: now)
    }
}

extension PeerRecord {
    /// - Parameter load: how many requests it has.
    func estimate(_ mode: BalancingMethod.LeastTimeMode, load: Int, now: MonotonicInstant) -> Int {
        times.estimate(mode, idleHalvings: idleHalvings(now: now)) * (1 + load)
    }

    /// When the estimate will be less without anything having happened; `nil`: it cannot be.
    func nextHalving(_ mode: BalancingMethod.LeastTimeMode, now: MonotonicInstant) -> MonotonicInstant? {
        let halvings = idleHalvings(now: now)
        guard let checked, halvings < 63, times.average(mode) >> halvings > 0 else { return nil }
        return MonotonicInstant(nanoseconds: checked.nanoseconds &+ Int64(halvings + 1) * halvingSeconds * 1_000_000_000)
    }

    private func idleHalvings(now: MonotonicInstant) -> Int {
        guard let checked, now > restEnd else { return 0 }
        let idle = (now.nanoseconds &- checked.nanoseconds) / 1_000_000_000
        return Int(min(63, idle / halvingSeconds))
    }

    private var halvingSeconds: Int64 { max(0, spec.failTimeout.components.seconds) + 1 }
}
