import GatehouseWire

extension PoolMachine {
    /// nginx turns to round robin after this many draws that could not be used.
    private static var draws: Int { 20 }

    /// `random`: by weight. `nil`: round robin decides.
    func random(excluding tried: PeerSet, now: MonotonicInstant, chance: UInt64) -> Int? {
        guard primaries.count >= 2 else { return nil }
        var dice = SplitMix64(seed: chance)
        for _ in 0...Self.draws {
            let slot = slotOfWeight(Int(dice.next(below: UInt64(primaries.totalWeight))))
            if isUsable(slot, excluding: tried, now: now) { return slot }
        }
        return nil
    }

    /// `random two`: of two drawn by weight, the one with less of something for its weight.
    func randomOfTwo(
        excluding tried: PeerSet, now: MonotonicInstant, chance: UInt64, by cost: (borrowing PoolMachine, Int) -> Int
    ) -> Int? {
        guard primaries.count >= 2 else { return nil }
        var dice = SplitMix64(seed: chance)
        var first: Int?
        for _ in 0...Self.draws {
            let slot = slotOfWeight(Int(dice.next(below: UInt64(primaries.totalWeight))))
            if slot == first || !isUsable(slot, excluding: tried, now: now) { continue }
            guard let earlier = first else {
                first = slot
                continue
            }
            return cost(self, slot) &* Int(slots[earlier].weight) > cost(self, earlier) &* Int(slots[slot].weight) ? earlier : slot
        }
        return nil
    }
}
