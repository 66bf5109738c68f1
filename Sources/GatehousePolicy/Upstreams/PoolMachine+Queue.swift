import GatehouseWire

extension PoolMachine {
    package enum EnqueueResult: Equatable, Sendable {
        /// `nextGrant` will name it, or `waiterLeft` is to be told.
        case waiting
        /// As many wait as may.
        case full
    }

    /// How many wait for names to be resolved where no `queue` says another number.
    package static let waitersForNames = 1024

    /// A request that was told `mustWait` waits. Arguments as those of `lease`.
    package mutating func enqueue(
        _ waiter: WaiterID, excluding tried: PeerSet, key: [UInt8] = [], hint: [UInt8] = []
    ) -> EnqueueResult {
        let capacity = waitingRoom
        if queue.count >= capacity { return .full }
        queue.append(WaiterQueue.Entry(waiter: waiter, tried: tried, key: key, hint: hint))
        return .waiting
    }

    /// How many may wait now: for a limit of the group, for a peer, or for names.
    private var waitingRoom: Int {
        if let circuit, let limits = rules.limits, !circuit.canAdmit { return limits.pending }
        return rules.queue?.capacity ?? (awaitsPeers ? Self.waitersForNames : 0)
    }

    package var hasWaiters: Bool { queue.count > 0 }

    /// Gives the first waiter that a peer can be had for that peer, which counts as active until `released`. To be called until `nil`
    /// after a release or any other change, and when a rest may be over.
    package mutating func nextGrant(now: MonotonicInstant, chance: UInt64 = 0) -> (waiter: WaiterID, peer: PeerID)? {
        if let circuit, !circuit.canAdmit { return nil }
        for place in queue.entries.indices {
            let entry = queue.entries[place]
            let slot = choose(excluding: entry.tried, now: now, key: entry.key, hint: entry.hint, chance: chance)
            if let slot { return (queue.remove(at: place).waiter, take(slot, isRetry: !entry.tried.isEmpty, now: now)) }
            // What has tried nothing and is bound to nobody has the widest choice: who comes after it finds no peer either.
            if entry.tried.isEmpty && entry.hint.isEmpty && !queue.hasHints { return nil }
        }
        return nil
    }

    /// A waiter's time is up, or its client is gone.
    package mutating func waiterLeft(_ waiter: WaiterID) { queue.remove(waiter) }

    /// Whether a peer is only busy, or names are not there yet.
    func mayWait(excluding tried: PeerSet, now: MonotonicInstant) -> Bool {
        if awaitsPeers { return true }
        guard rules.queue != nil else { return false }
        return slots.indices.contains { slot in
            let peer = slots[slot]
            if peer.bars.contains(.checking) { return peer.bars == .checking }
            return peer.bars.isEmpty && peer.active >= peer.maxConnections && !tried.contains(index: Int(peer.index))
                && (isSingle || !peer.hasTripped || records[slot].hasRested(by: now))
        }
    }
}
