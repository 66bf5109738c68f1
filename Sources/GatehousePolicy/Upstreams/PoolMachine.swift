import GatehouseWire

/// Decides which peer of an upstream group serves a request. Owns the peers' weights, counts and failures; knows nothing of
/// sockets, connections or time beyond what it is told.
///
/// The rules are nginx's, among them: a group of one peer never lets it rest; once a request has been sent to a backup it is not
/// tried on a primary again; a peer that failed is given one chance when `fail_timeout` has passed.
package struct PoolMachine: Sendable {
    package enum LeaseResult: Equatable, Sendable {
        case use(PeerID)
        /// nginx's "no live upstreams": the answer is 502.
        case noneLive
    }

    package enum LeaseOutcome: Equatable, Sendable {
        /// The peer answered; also where it answered 403 or 404 and the request went on to another.
        case succeeded
        case failed
        /// The lease ended without the peer having been asked.
        case unused
    }

    package enum ReleaseResult: Equatable, Sendable {
        case done
        /// This failure reached `max_fails`; nginx logs "upstream server temporarily disabled".
        case disabled
    }

    package let method: BalancingMethod
    /// Primary peers first, then backups, each in the order of the configuration.
    var slots: [PeerSlot]
    var records: [PeerRecord]
    let primaryCount: Int
    let slotOfPeer: [Int]
    /// Sum of the primaries' weights.
    let totalWeight: Int
    let ring: HashRing?

    /// One peer and no backup: nginx then ignores `max_fails`, and what was tried.
    package let isSingle: Bool
    /// How many attempts one request has at most (`proxy_next_upstream_tries` may set fewer): the peers that aren't down.
    package let tries: Int

    package init(peers: [PeerSpec], method: BalancingMethod = .roundRobin) {
        let order = peers.indices.filter { !peers[$0].isBackup } + peers.indices.filter { peers[$0].isBackup }
        var places = [Int](repeating: 0, count: peers.count)
        for (slot, peer) in order.enumerated() { places[peer] = slot }
        let primaries = peers.filter { !$0.isBackup }
        self.method = method
        slots = order.map { PeerSlot(peers[$0], index: $0) }
        records = order.map { PeerRecord(peers[$0]) }
        slotOfPeer = places
        primaryCount = primaries.count
        totalWeight = slots[..<primaries.count].reduce(0) { $0 + Int($1.weight) }
        ring = method == .hash(consistent: true) ? HashRing(peers: primaries) : nil
        isSingle = peers.count == 1 && primaries.count == 1
        tries = peers.count { !$0.isDown }
    }

    package var count: Int { slots.count }

    /// Chooses a peer for a request and counts it as active until `released`.
    /// - Parameters:
    ///   - tried: the peers this request has been sent to before; the caller inserts the one returned.
    ///   - key: what `hash` and `ip_hash` choose by (`BalancingMethod.addressKey` for the latter); unread by other methods.
    @inlinable package mutating func lease(
        excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8] = [], using rng: inout some RandomNumberGenerator
    ) -> LeaseResult {
        lease(excluding: tried, now: now, key: key, chance: method.needsChance ? rng.next() : 0)
    }

    /// The same with chance given as one random word.
    package mutating func lease(
        excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8] = [], chance: UInt64 = 0
    ) -> LeaseResult {
        if isSingle { return leaseSingle(now: now) }
        if !hasReachedBackups(tried), let slot = choose(excluding: tried, now: now, key: key, chance: chance) {
            return take(slot, now: now)
        }
        let backups = primaryCount..<slots.count
        let slot =
            method == .leastConnections
            ? leastConnected(in: backups, excluding: tried, now: now) : roundRobin(in: backups, excluding: tried, now: now)
        guard let slot else { return .noneLive }
        return take(slot, now: now)
    }

    /// The request is through with its peer: how it went.
    @discardableResult
    package mutating func released(_ peer: PeerID, outcome: LeaseOutcome, now: MonotonicInstant) -> ReleaseResult {
        guard slotOfPeer.indices.contains(peer.index) else { return .done }
        let slot = slotOfPeer[peer.index]
        slots[slot].active = max(0, slots[slot].active - 1)
        switch outcome {
        case .unused:
            return .done
        case .failed:
            records[slot].failures += 1
            if isSingle { return .done }
            return countFailure(slot, now: now)
        case .succeeded:
            if slots[slot].fails != 0 { forgiveIfChecked(slot) }
            return .done
        }
    }
}

extension PoolMachine {
    private mutating func choose(excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8], chance: UInt64) -> Int? {
        let primaries = 0..<primaryCount
        switch method {
        case .roundRobin:
            return roundRobin(in: primaries, excluding: tried, now: now)
        case .leastConnections:
            return leastConnected(in: primaries, excluding: tried, now: now)
        case .ipHash, .hash, .random:
            let chosen =
                switch method {
                case .ipHash: addressHashed(excluding: tried, now: now, address: key)
                case .hash(consistent: false): hashed(excluding: tried, now: now, key: key)
                case .hash(consistent: true): consistentlyHashed(excluding: tried, now: now, key: key)
                case .random(two: false): random(excluding: tried, now: now, chance: chance)
                case .random(two: true): randomOfTwo(excluding: tried, now: now, chance: chance)
                case .roundRobin, .leastConnections: Int?.none
                }
            return chosen ?? roundRobin(in: primaries, excluding: tried, now: now)
        }
    }

    private mutating func leaseSingle(now: MonotonicInstant) -> LeaseResult {
        if slots[0].isDown || slots[0].active >= slots[0].maxConnections { return .noneLive }
        return take(0, now: now)
    }

    private mutating func take(_ slot: Int, now: MonotonicInstant) -> LeaseResult {
        slots[slot].active += 1
        records[slot].leases += 1
        // The time of the last check matters only while failures are held against the peer.
        if slots[slot].fails != 0, records[slot].hasRested(by: now) { records[slot].checked = now }
        return .use(PeerID(index: Int(slots[slot].index)))
    }

    private mutating func countFailure(_ slot: Int, now: MonotonicInstant) -> ReleaseResult {
        slots[slot].fails += 1
        records[slot].accessed = now
        records[slot].checked = now
        let peer = slots[slot]
        guard peer.maxFails != 0 else { return .done }
        slots[slot].effectiveWeight = max(0, peer.effectiveWeight - peer.weight / peer.maxFails)
        return peer.hasTripped ? .disabled : .done
    }

    /// A success after a chance that was given since the last failure clears the failures.
    private mutating func forgiveIfChecked(_ slot: Int) {
        guard let checked = records[slot].checked, let accessed = records[slot].accessed else { return }
        if accessed < checked { slots[slot].fails = 0 }
    }

    private func hasReachedBackups(_ tried: PeerSet) -> Bool {
        guard primaryCount < slots.count, !tried.isEmpty else { return false }
        return slots[primaryCount...].contains { tried.contains(index: Int($0.index)) }
    }

    /// Whether the peer may be chosen at all.
    func isUsable(_ slot: Int, excluding tried: PeerSet, now: MonotonicInstant) -> Bool {
        slots[slot].isOpen && !tried.contains(index: Int(slots[slot].index))
            && (!slots[slot].hasTripped || records[slot].hasRested(by: now))
    }
}
