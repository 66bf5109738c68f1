import GatehouseWire

extension PoolMachine {
    /// Smooth weighted round robin over some slots: every usable peer gains its effective weight, the one that then has most is
    /// chosen and pays the sum. Peers of weights 5, 1, 1 follow each other as a a b a c a a.
    mutating func roundRobin(in range: Range<Int>, excluding tried: PeerSet, now: MonotonicInstant) -> Int? {
        var best = -1
        var most = Int.min
        var total = 0
        let records = records  // The span holds `self`.
        var peers = slots.mutableSpan
        for slot in range where Self.isUsable(peers[slot], records, slot, tried, now) {
            total += peers[slot].advance()
            if peers[slot].currentWeight > most {
                best = slot
                most = peers[slot].currentWeight
            }
        }
        if best < 0 { return nil }
        peers[best].currentWeight -= total
        return best
    }

    /// The fewest active connections in proportion to the weight; among equals, round robin.
    mutating func leastConnected(in range: Range<Int>, excluding tried: PeerSet, now: MonotonicInstant) -> Int? {
        guard let (best, hasEquals) = leastLoaded(in: range, excluding: tried, now: now) else { return nil }
        return hasEquals ? turn(from: best, to: range.upperBound, excluding: tried, now: now) : best
    }

    private func leastLoaded(
        in range: Range<Int>, excluding tried: PeerSet, now: MonotonicInstant
    ) -> (slot: Int, hasEquals: Bool)? {
        var best = -1
        // Of the best so far; the first usable peer is better than one without weight.
        var (active, weight) = (1, 0)
        var hasEquals = false
        let peers = slots.span
        for slot in range where Self.isUsable(peers[slot], records, slot, tried, now) {
            let own = Int(peers[slot].active) * weight
            let others = active * Int(peers[slot].weight)
            if own < others {
                best = slot
                (active, weight) = (Int(peers[slot].active), Int(peers[slot].weight))
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
        let (active, weight) = (Int(slots[first].active), Int(slots[first].weight))
        let records = records  // The span holds `self`.
        var peers = slots.mutableSpan
        for slot in first..<end
        where Int(peers[slot].active) * weight == active * Int(peers[slot].weight)
            && Self.isUsable(peers[slot], records, slot, tried, now)
        {
            total += peers[slot].advance()
            if peers[slot].currentWeight > peers[best].currentWeight { best = slot }
        }
        peers[best].currentWeight -= total
        return best
    }

    /// Below 0 where `a` has fewer connections for its weight than `b`, 0 where they are equal.
    @inline(__always)
    static func compareLoad(_ a: PeerSlot, _ b: PeerSlot) -> Int {
        Int(a.active) * Int(b.weight) - Int(b.active) * Int(a.weight)
    }

    /// The same question as the method's, for loops that hold a span of the slots.
    @inline(__always)
    private static func isUsable(
        _ peer: PeerSlot, _ records: [PeerRecord], _ slot: Int, _ tried: PeerSet, _ now: MonotonicInstant
    ) -> Bool {
        peer.isOpen && !tried.contains(index: Int(peer.index)) && (!peer.hasTripped || records[slot].hasRested(by: now))
    }
}
