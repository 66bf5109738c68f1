import GatehouseWire

extension PoolMachine {
    /// What people decided about a peer.
    package enum Administration: Sendable, Hashable {
        case up
        /// Only requests that are bound to it.
        case draining
        case down
    }

    package mutating func set(_ peer: PeerID, _ administration: Administration, now: MonotonicInstant) {
        guard let slot = slot(of: peer) else { return }
        let before = state(slot, now: now)
        let wasDown = slots[slot].bars.contains(.down)
        records[slot].spec.isDown = administration == .down
        records[slot].spec.isDraining = administration == .draining
        slots[slot].bars.administer(administration)
        administrationChanged()
        if wasDown && administration == .up { startSlowly(slot, now: now) }
        peerChanged(slot, now: now)
        noteChange(slot, from: before, "set by hand", now: now)
    }

    /// - Parameter reason: for the log.
    package mutating func set(_ peer: PeerID, _ health: PeerHealth, reason: String, now: MonotonicInstant) {
        guard let slot = slot(of: peer) else { return }
        let before = state(slot, now: now)
        let wasBarred = !slots[slot].bars.isDisjoint(with: [.checking, .unhealthy])
        records[slot].health = health
        slots[slot].bars.subtract([.checking, .unhealthy])
        switch health {
        case .unchecked, .healthy: break
        case .checking: slots[slot].bars.insert(.checking)
        case .unhealthy: slots[slot].bars.insert(.unhealthy)
        }
        if wasBarred && health == .healthy { startSlowly(slot, now: now) }
        peerChanged(slot, now: now)
        noteChange(slot, from: before, reason, now: now)
    }

    /// What changed of the peers' states since the last call.
    package mutating func takeChanges() -> [PeerChange] {
        if changes.isEmpty { return [] }
        defer { changes = [] }
        return changes
    }

    func state(_ slot: Int, now: MonotonicInstant) -> PeerSnapshot.State {
        if let barred = slots[slot].bars.state { return barred }
        if !ejected.isEmpty && ejected.contains(Int(slots[slot].index)) { return .unavailable }
        return !isSingle && slots[slot].hasTripped && !records[slot].hasRested(by: now) ? .unavailable : .up
    }

    mutating func noteChange(_ slot: Int, from before: PeerSnapshot.State, _ reason: String, now: MonotonicInstant) {
        let after = state(slot, now: now)
        if after == before { return }
        let peer = PeerID(index: Int(slots[slot].index))
        changes.append(PeerChange(peer: peer, name: records[slot].spec.name, from: before, to: after, reason: reason))
    }
}

extension PeerBars {
    mutating func administer(_ administration: PoolMachine.Administration) {
        subtract([.down, .draining])
        switch administration {
        case .up: break
        case .draining: insert(.draining)
        case .down: insert(.down)
        }
    }

    /// The state a status page shows for it; `nil`: none of the lasting ones.
    var state: PeerSnapshot.State? {
        if contains(.down) { return .down }
        if contains(.draining) { return .draining }
        if contains(.unhealthy) { return .unhealthy }
        return contains(.checking) ? .checking : nil
    }
}
