import GatehouseWire

extension PoolMachine {
    mutating func chooseFromIndex(preferring bound: Int?, excluding tried: PeerSet, now: MonotonicInstant) -> Int? {
        if index == nil {
            index = TurnIndex(&slots, records, count: primaries.count, load: TurnLoad(method) ?? .nothing, now: now)
        }
        let aside = tried.isEmpty ? [] : triedPrimaries(tried)
        if method != .roundRobin { return bound ?? index?.leastLoaded(aside: aside, &slots, records, excluding: tried, now: now) }
        if let bound, owesWholeTurn(bound) { return bound }
        return index?.roundRobin(preferring: bound, aside: aside, &slots, records, excluding: tried, now: now)
    }

    /// Peers are about to come, go or change: their current weights go back to the slots.
    mutating func dropIndex() {
        index?.restore(to: &slots)
        index = nil
    }

    /// What decides about a peer's place among the others is no longer what it was.
    @inline(__always)
    mutating func peerChanged(_ slot: Int, now: MonotonicInstant) {
        if index != nil, slot < primaries.count { index?.peerChanged(slot, &slots, records, now: now) }
    }

    private func triedPrimaries(_ tried: PeerSet) -> [Int] {
        tried.indices.compactMap { index in
            slotOfPeer.indices.contains(index) && primaries.range.contains(slotOfPeer[index]) ? slotOfPeer[index] : nil
        }
    }
}
