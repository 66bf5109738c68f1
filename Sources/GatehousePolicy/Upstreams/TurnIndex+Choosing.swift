import GatehouseWire

extension TurnIndex {
    /// What is compared in a choice, and who takes part in it.
    private struct Round {
        var best = -1
        var most = Int.min
        var total = 0

        mutating func consider(_ slot: Int, weight: Int) {
            if weight < most || weight == most && slot > best { return }
            (best, most) = (slot, weight)
        }
    }

    /// As `PoolMachine.roundRobin`, of which this is the quick way.
    /// - Parameter aside: slots that may not be chosen.
    mutating func roundRobin(
        preferring bound: Int?, aside: [Int], _ slots: inout [PeerSlot], _ records: [PeerRecord], excluding tried: PeerSet,
        now: MonotonicInstant
    ) -> Int? {
        wake(&slots, records, now: now)
        for slot in aside { withdraw(slot, &slots[slot]) }
        let chosen = turn(among: nil, preferring: bound, &slots, records, excluding: tried, now: now)
        for slot in aside { peerChanged(slot, &slots, records, now: now) }
        return chosen
    }

    /// As `PoolMachine.leastConnected` and `PoolMachine.leastTimed`.
    mutating func leastLoaded(
        aside: [Int], _ slots: inout [PeerSlot], _ records: [PeerRecord], excluding tried: PeerSet, now: MonotonicInstant
    ) -> Int? {
        wake(&slots, records, now: now)
        for slot in aside { withdraw(slot, &slots[slot]) }
        let least = least(slots, records, excluding: tried, now: now)
        let chosen = least.count > 1 ? turn(among: least, preferring: nil, &slots, records, excluding: tried, now: now) : least.slot
        for slot in aside { peerChanged(slot, &slots, records, now: now) }
        return chosen
    }

    private struct Least {
        var load = 1
        /// The first peer is better than one without weight.
        var weight = 0
        var count = 0
        var slot: Int?

        mutating func consider(_ slot: Int, load: Int, weight: Int, count: Int) {
            let (own, others) = (load &* self.weight, self.load &* weight)
            if own > others { return }
            self.count = own < others ? count : self.count + count
            if own < others { (self.load, self.weight, self.slot) = (load, weight, slot) }
        }

        func includes(load: Int, weight: Int) -> Bool { load &* self.weight == self.load &* weight }
    }

    private func least(_ slots: [PeerSlot], _ records: [PeerRecord], excluding tried: PeerSet, now: MonotonicInstant) -> Least {
        var least = Least()
        for slot in irregular.map(Int.init) where PoolMachine.isUsable(slots[slot], records, slot, tried, now) {
            let amount = load.amount(of: slot, slots, records, now: now)
            least.consider(slot, load: amount, weight: Int(slots[slot].weight), count: 1)
        }
        for place in classes.indices where !classes[place].levels.isEmpty {
            let count = classes[place].levels[0].heap.count
            let slot = Int(classes[place].levels[0].heap[0])
            least.consider(slot, load: classes[place].levels[0].load, weight: Int(classes[place].weight), count: count)
        }
        return least
    }

    /// One round of all, or of those as loaded as the least: each gains its weight, who has most pays what all gained.
    private mutating func turn(
        among least: Least?, preferring bound: Int?, _ slots: inout [PeerSlot], _ records: [PeerRecord], excluding tried: PeerSet,
        now: MonotonicInstant
    ) -> Int? {
        var round = Round()
        var recovered: [Int] = []
        for slot in irregular.map(Int.init) where PoolMachine.isUsable(slots[slot], records, slot, tried, now) {
            if let least {
                let amount = load.amount(of: slot, slots, records, now: now)
                if !least.includes(load: amount, weight: Int(slots[slot].weight)) { continue }
            }
            round.total += slots[slot].advance()
            round.consider(slot, weight: slots[slot].currentWeight)
            if slots[slot].effectiveWeight == slots[slot].weight { recovered.append(slot) }
        }
        for place in classes.indices where !classes[place].levels.isEmpty {
            let weight = Int(classes[place].weight)
            if let least, !least.includes(load: classes[place].levels[0].load, weight: weight) { continue }
            round.total += weight * classes[place].levels[0].heap.count
            let first = raise(place)
            round.consider(first.slot, weight: first.weight)
        }
        if let bound { round.best = bound }
        if round.best < 0 { return nil }
        pay(round.total, slot: round.best, &slots[round.best])
        for slot in recovered { peerChanged(slot, &slots, records, now: now) }
        return round.best
    }
}
