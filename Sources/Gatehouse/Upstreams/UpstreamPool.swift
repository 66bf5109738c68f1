import GatehousePolicy
import GatehouseWire

/// Owns who of an upstream group gets the next request. One actor a group; the decision itself is `PoolMachine`'s.
///
/// A default actor: a task pinned to a loop calls it on its own thread, so a lease costs no thread switch.
public actor UpstreamPool {
    private var machine: PoolMachine
    private var random = SplitMix64(seed: UInt64.random(in: .min ... .max))

    package init(_ machine: PoolMachine) {
        self.machine = machine
    }

    /// Chooses a peer for a request and counts it as active until `released`.
    package func lease(excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8]) -> PoolMachine.LeaseResult {
        machine.lease(excluding: tried, now: now, key: key, using: &random)
    }

    /// The request is through with its peer.
    package func released(
        _ peer: PeerID, outcome: PoolMachine.LeaseOutcome, now: MonotonicInstant
    ) -> PoolMachine.ReleaseResult {
        machine.released(peer, outcome: outcome, now: now)
    }
}
