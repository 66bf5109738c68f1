import GatehouseWire

extension PoolMachine {
    /// Smooth weighted round robin over some slots: every usable peer gains its effective weight, the one that then has most is
    /// chosen and pays the sum. Peers of weights 5, 1, 1 follow each other as a a b a c a a.
    /// - Parameter bound: a usable peer that is chosen whoever's turn it is. It pays too, until what it owes is a whole turn: then
    ///   those bound to it no longer push the others' turns about.
    mutating func roundRobin(in tier: PoolTier, preferring bound: Int?, excluding tried: PeerSet, now: MonotonicInstant) -> Int? {
        if let bound, owesWholeTurn(bound) { return bound }
        var best = -1
        var most = Int.min
        var total = 0
        let records = records  // The span holds `self`.
        var peers = slots.mutableSpan
        for slot in tier.range where Self.isUsable(peers[slot], records, slot, tried, now) {
            total += peers[slot].advance()
            if peers[slot].currentWeight > most {
                best = slot
                most = peers[slot].currentWeight
            }
        }
        if let bound { best = bound }
        if best < 0 { return nil }
        peers[best].currentWeight -= total
        return best
    }

    /// Whether a peer that requests are bound to has got so many turns that the next one is not counted.
    func owesWholeTurn(_ slot: Int) -> Bool {
        let tier = slot < primaries.count ? primaries : backups
        let isIndexed = index != nil && slot < primaries.count
        let currentWeight = isIndexed ? index?.currentWeight(slot, slots[slot]) : slots[slot].currentWeight
        return (currentWeight ?? 0) <= -(tier.totalWeight - Int(slots[slot].weight))
    }

    /// The fewest active connections in proportion to the weight; among equals, round robin.
    mutating func leastConnected(in range: Range<Int>, excluding tried: PeerSet, now: MonotonicInstant) -> Int? {
        guard let (best, hasEquals) = Self.leastLoaded(of: slots, records, in: range, tried, now) else { return nil }
        return hasEquals ? turn(from: best, to: range.upperBound, excluding: tried, now: now) : best
    }

    /// Takes no machine: one that is copied for the call costs more than the search among few.
    private static func leastLoaded(
        of slots: [PeerSlot], _ records: [PeerRecord], in range: Range<Int>, _ tried: PeerSet, _ now: MonotonicInstant
    ) -> (slot: Int, hasEquals: Bool)? {
        var best = -1
        // Of the best so far; the first usable peer is better than one without weight.
        var (load, weight) = (1, 0)
        var hasEquals = false
        let peers = slots.span
        for slot in range where isUsable(peers[slot], records, slot, tried, now) {
            let own = peers[slot].load &* weight
            let others = load &* Int(peers[slot].weight)
            if own < others {
                best = slot
                (load, weight) = (peers[slot].load, Int(peers[slot].weight))
                hasEquals = false
            } else if own == others {
                hasEquals = true
            }
        }
        return best < 0 ? nil : (best, hasEquals)
    }

    /// Round robin among the peers from `first` on that are as loaded as it is.
    private mutating func turn(from first: Int, to end: Int, excluding tried: PeerSet, now: MonotonicInstant) -> Int {
        var best = first
        var total = 0
        let (load, weight) = (slots[first].load, Int(slots[first].weight))
        let records = records  // The span holds `self`.
        var peers = slots.mutableSpan
        for slot in first..<end
        where peers[slot].load &* weight == load &* Int(peers[slot].weight)
            && Self.isUsable(peers[slot], records, slot, tried, now)
        {
            total += peers[slot].advance()
            if peers[slot].currentWeight > peers[best].currentWeight { best = slot }
        }
        peers[best].currentWeight -= total
        return best
    }
}
