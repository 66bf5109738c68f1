import GatehouseWire

extension PoolMachine {
    /// nginx turns to round robin after this many draws that could not be used.
    private static var draws: Int { 20 }

    /// `random`: by weight. `nil`: round robin decides.
    mutating func random(excluding tried: PeerSet, now: MonotonicInstant, chance: UInt64) -> Int? {
        guard primaryCount >= 2 else { return nil }
        var dice = SplitMix64(seed: chance)
        for _ in 0...Self.draws {
            let slot = slotOfWeight(Int(dice.next(below: UInt64(totalWeight))))
            if isUsable(slot, excluding: tried, now: now) { return slot }
        }
        return nil
    }

    /// `random two least_conn`: of two drawn by weight, the one with fewer connections for its weight.
    mutating func randomOfTwo(excluding tried: PeerSet, now: MonotonicInstant, chance: UInt64) -> Int? {
        guard primaryCount >= 2 else { return nil }
        var dice = SplitMix64(seed: chance)
        var first: Int?
        for _ in 0...Self.draws {
            let slot = slotOfWeight(Int(dice.next(below: UInt64(totalWeight))))
            if slot == first || !isUsable(slot, excluding: tried, now: now) { continue }
            guard let earlier = first else {
                first = slot
                continue
            }
            return Self.compareLoad(slots[slot], slots[earlier]) > 0 ? earlier : slot
        }
        return nil
    }
}
