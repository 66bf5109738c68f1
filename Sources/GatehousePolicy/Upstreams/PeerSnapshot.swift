import GatehouseWire

/// One peer as a status page shows it.
package struct PeerSnapshot: Sendable, Equatable {
    /// NGINX Plus's names.
    package enum State: String, Sendable, Equatable {
        case up
        /// Only for requests that are bound to it.
        case draining
        /// Taken out by the configuration or by hand.
        case down
        /// Resting after `max_fails` failures.
        case unavailable = "unavail"
        /// A mandatory first check is awaited.
        case checking
        /// Active checks failed.
        case unhealthy
    }

    package var peer: PeerID
    package var name: String
    package var state: State
    package var health: PeerHealth
    package var isBackup: Bool
    /// At `max_conns`.
    package var isBusy: Bool
    package var weight: Int
    package var effectiveWeight: Int
    /// Requests it has now.
    package var active: Int
    /// Failures held against it.
    package var fails: Int
    /// Requests given to it since the start, and how many of them failed.
    package var leases: Int
    package var failures: Int
    /// Moving averages of the times to the head of a response and to its end.
    package var headerTime: Duration
    package var responseTime: Duration
}

extension PoolMachine {
    /// `nil`: the peer was removed.
    package func snapshot(of peer: PeerID, now: MonotonicInstant) -> PeerSnapshot? {
        slot(of: peer).map { snapshot($0, now: now) }
    }

    /// All peers, in the order of their IDs.
    package func snapshots(now: MonotonicInstant) -> [PeerSnapshot] {
        slotOfPeer.filter { $0 >= 0 }.map { snapshot($0, now: now) }
    }

    private func snapshot(_ place: Int, now: MonotonicInstant) -> PeerSnapshot {
        let slot = slots[place]
        let record = records[place]
        return PeerSnapshot(
            peer: PeerID(index: Int(slot.index)), name: record.spec.name, state: state(place, now: now), health: record.health,
            isBackup: record.spec.isBackup, isBusy: slot.active >= slot.maxConnections, weight: Int(slot.weight),
            effectiveWeight: Int(slot.effectiveWeight), active: Int(slot.active), fails: Int(slot.fails), leases: record.leases,
            failures: record.failures, headerTime: .milliseconds(record.times.header), responseTime: .milliseconds(record.times.response))
    }
}
