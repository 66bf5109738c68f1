import GatehouseWire

extension PoolMachine {
    /// A new peer, the last in the order of its tier.
    package mutating func add(_ spec: PeerSpec, now: MonotonicInstant) -> PeerID {
        dropIndex()
        let index = vacant.popLast() ?? slotOfPeer.count
        if index == slotOfPeer.count { slotOfPeer.append(-1) }
        insert(PeerSlot(spec, index: index), PeerRecord(spec))
        outliers?.peerAdded(PeerID(index: index))
        membershipChanged()
        startSlowly(slotOfPeer[index], now: now)
        return PeerID(index: index)
    }

    /// The peer gets no more requests; those it has may end as they will, and are to be `released`.
    package mutating func remove(_ peer: PeerID, now: MonotonicInstant) {
        guard let slot = slot(of: peer) else { return }
        dropIndex()
        let active = Int(slots[slot].active)
        slots.remove(at: slot)
        records.remove(at: slot)
        slotOfPeer[peer.index] = -1
        slowStarters.removeAll { $0 == peer.index }
        ejected.removeAll { $0 == peer.index }
        outliers?.peerRemoved(peer)
        if active > 0 { retired[peer.index] = active } else { vacant.append(peer.index) }
        membershipChanged()
    }

    /// What the configuration says of a peer has changed; its counts, failures, health and place in the turn stay.
    package mutating func update(_ peer: PeerID, _ spec: PeerSpec, now: MonotonicInstant) {
        guard let place = slot(of: peer) else { return }
        dropIndex()
        let before = state(place, now: now)
        let wasDown = slots[place].bars.contains(.down)
        let isMoving = records[place].spec.isBackup != spec.isBackup
        records[place].update(spec)
        slots[place].update(spec)
        slots[place].bars.administer(spec.isDown ? .down : spec.isDraining ? .draining : .up)
        if isMoving { insert(slots.remove(at: place), records.remove(at: place)) }
        membershipChanged()
        let slot = slotOfPeer[peer.index]
        if wasDown && !spec.isDown { startSlowly(slot, now: now) }
        noteChange(slot, from: before, "configured", now: now)
    }

    private mutating func insert(_ slot: PeerSlot, _ record: PeerRecord) {
        let place = record.spec.isBackup ? slots.count : records.firstIndex { $0.spec.isBackup } ?? slots.count
        slots.insert(slot, at: place)
        records.insert(record, at: place)
    }

    /// A lease of a removed peer came back.
    mutating func retiredReturned(_ peer: PeerID) {
        guard let active = retired[peer.index] else { return }
        retired[peer.index] = active > 1 ? active - 1 : nil
        if active <= 1 { vacant.append(peer.index) }
    }
}
