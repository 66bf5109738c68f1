import GatehouseWire

/// One peer as a status page shows it.
package struct PeerSnapshot: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        case up
        /// `down` in the configuration.
        case down
        /// Resting after `max_fails` failures.
        case unavailable
        /// At `max_conns`.
        case busy
    }

    package var peer: PeerID
    package var name: String
    package var state: State
    package var isBackup: Bool
    package var weight: Int
    package var effectiveWeight: Int
    /// Requests it has now.
    package var active: Int
    /// Failures held against it.
    package var fails: Int
    /// Requests given to it since the start, and how many of them failed.
    package var leases: Int
    package var failures: Int
}

extension PoolMachine {
    package func snapshot(of peer: PeerID, now: MonotonicInstant) -> PeerSnapshot {
        let place = slotOfPeer[peer.index]
        let slot = slots[place]
        let record = records[place]
        return PeerSnapshot(
            peer: peer, name: record.spec.name, state: state(place, now: now), isBackup: record.spec.isBackup,
            weight: Int(slot.weight), effectiveWeight: Int(slot.effectiveWeight), active: Int(slot.active),
            fails: Int(slot.fails), leases: record.leases, failures: record.failures)
    }

    /// All peers, in the order of the configuration.
    package func snapshots(now: MonotonicInstant) -> [PeerSnapshot] {
        slotOfPeer.indices.map { snapshot(of: PeerID(index: $0), now: now) }
    }

    private func state(_ place: Int, now: MonotonicInstant) -> PeerSnapshot.State {
        let slot = slots[place]
        if slot.isDown { return .down }
        if !isSingle && slot.hasTripped && !records[place].hasRested(by: now) { return .unavailable }
        return slot.active >= slot.maxConnections ? .busy : .up
    }
}
