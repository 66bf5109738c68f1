import GatehouseWire

/// Decides which peer of an upstream group serves a request. Owns the peers' weights, counts, failures and health, and who waits for a
/// peer; knows nothing of sockets, connections or time beyond what it is told.
///
/// The rules are nginx's, among them: a group of one peer never lets it rest; once a request has been sent to a backup it is not
/// tried on a primary again; a peer that failed is given one chance when `fail_timeout` has passed.
package struct PoolMachine: Sendable {
    package enum LeaseResult: Equatable, Sendable {
        case use(PeerID)
        /// nginx's "no live upstreams": the answer is 502.
        case noneLive
        /// A peer may be had later, and requests may wait for it: `enqueue`.
        case mustWait
        /// More is under way than the group's limits allow: the answer is 503, and that of a repeated request the failure it had.
        case overloaded
    }

    package enum LeaseOutcome: Equatable, Sendable {
        /// The peer answered; also where it answered 403 or 404 and the request went on to another.
        case succeeded
        case failed
        /// The lease ended without the peer having been asked.
        case unused
    }

    package let rules: PoolRules
    // Of the rules, what every choice asks: a stored value is read in place, where a computed one copies the machine.
    package let method: BalancingMethod
    let isByTurns: Bool
    let goesByTimes: Bool
    let countsInflight: Bool
    /// Primary peers first, then backups, each in the order of the configuration and then of their coming.
    var slots: [PeerSlot]
    var records: [PeerRecord]
    /// By `PeerID.index`; below 0 where no such peer is.
    var slotOfPeer: [Int]
    private(set) var primaries = PoolTier(0..<0, of: [])
    private(set) var backups = PoolTier(0..<0, of: [])
    private var stickyPrimaries = StickyIndex()
    private var stickyBackups = StickyIndex()
    /// Of the primaries, for `hash … consistent`.
    private(set) var ring: HashRing?
    /// Removed peers that have leases, with their number.
    var retired: [Int: Int] = [:]
    /// Places of `slotOfPeer` that a new peer may take.
    var vacant: [Int] = []
    /// Peers under a slow start, by `PeerID.index`.
    var slowStarters: [Int] = []
    var queue = WaiterQueue()
    /// Of the primaries of a large group; `nil` until the first choice after peers came, went or changed.
    var index: TurnIndex?
    /// From how many primaries on there is one.
    private let indexedFrom: Int
    /// Whether choices of primaries go by it.
    private(set) var isLarge = false
    /// For each primary, the sum of the weights of those before it.
    private(set) var weightBefore: [Int] = []
    var changes: [PeerChange] = []
    var outliers: OutlierMachine?
    /// Peers that are ejected, by `PeerID.index`.
    var ejected: [Int] = []
    var circuit: CircuitMachine?

    /// Names of the group were never resolved yet: requests wait while there is no peer for them.
    package var awaitsPeers = false
    /// One peer and no backup: nginx then ignores `max_fails`, and what was tried.
    package private(set) var isSingle = false
    /// How many attempts one request has at most (`proxy_next_upstream_tries` may set fewer): the peers that are neither down nor
    /// draining.
    package private(set) var tries = 0

    /// The peers get the IDs from 0 on in the order given.
    /// - Parameter indexedFrom: how many primaries make a group so large that looking at each of them takes longer than keeping them in
    ///   order. It changes no decision.
    package init(peers: [PeerSpec], rules: PoolRules = PoolRules(), indexedFrom: Int = 64) {
        self.rules = rules
        method = rules.method
        isByTurns = method.isByTurns
        goesByTimes = method.leastTime != nil
        if case .leastTime(let mode) = method { countsInflight = mode.countsInflight } else { countsInflight = false }
        self.indexedFrom = indexedFrom
        let order = peers.indices.filter { !peers[$0].isBackup } + peers.indices.filter { peers[$0].isBackup }
        slots = order.map { PeerSlot(peers[$0], index: $0) }
        records = order.map { PeerRecord(peers[$0]) }
        slotOfPeer = [Int](repeating: -1, count: peers.count)
        outliers = rules.outliers.map { OutlierMachine(rules: $0) }
        for index in peers.indices { outliers?.peerAdded(PeerID(index: index)) }
        if rules.limits != nil || rules.retryBudget != nil {
            circuit = CircuitMachine(limits: rules.limits ?? CircuitLimits(), budget: rules.retryBudget)
        }
        membershipChanged()
    }

    package init(peers: [PeerSpec], method: BalancingMethod) {
        self.init(peers: peers, rules: PoolRules(method: method))
    }

    package var count: Int { slots.count }

    /// Computes anew what depends on which peers there are.
    mutating func membershipChanged() {
        let primaryCount = records.count { !$0.spec.isBackup }
        primaries = PoolTier(0..<primaryCount, of: slots)
        weightBefore = Self.sums(of: slots[primaries.range])
        backups = PoolTier(primaryCount..<slots.count, of: slots)
        stickyPrimaries = StickyIndex(primaries.range, of: records)
        stickyBackups = StickyIndex(backups.range, of: records)
        ring = method == .hash(consistent: true) ? HashRing(peers: records[primaries.range].map(\.spec)) : nil
        for (slot, peer) in slots.enumerated() { slotOfPeer[Int(peer.index)] = slot }
        isSingle = slots.count == 1 && primaryCount == 1
        isLarge = primaryCount >= indexedFrom && TurnLoad(method) != nil
        administrationChanged()
    }

    private static func sums(of slots: ArraySlice<PeerSlot>) -> [Int] {
        var sum = 0
        return slots.map { slot in
            defer { sum += Int(slot.weight) }
            return sum
        }
    }

    mutating func administrationChanged() { tries = slots.count { $0.bars.isDisjoint(with: [.down, .draining]) } }

    /// Chooses a peer for a request and counts it as active until `released`.
    /// - Parameters:
    ///   - tried: the peers this request has been sent to before; the caller inserts the one returned.
    ///   - key: what `hash` and `ip_hash` choose by (`BalancingMethod.addressKey` for the latter); unread by other methods.
    ///   - hint: the sticky ID of the peer the request is bound to; empty: none. It is used if it can be, even where it is draining.
    @inlinable package mutating func lease(
        excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8] = [], hint: [UInt8] = [],
        using rng: inout some RandomNumberGenerator
    ) -> LeaseResult {
        lease(excluding: tried, now: now, key: key, hint: hint, chance: method.needsChance ? rng.next() : 0)
    }

    /// The same with chance given as one random word.
    package mutating func lease(
        excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8] = [], hint: [UInt8] = [], chance: UInt64 = 0
    ) -> LeaseResult {
        if circuit != nil, let refusal = refusal(isRetry: !tried.isEmpty) { return refusal }
        let slot = choose(excluding: tried, now: now, key: key, hint: hint, chance: chance)
        if let slot { return .use(take(slot, isRetry: !tried.isEmpty, now: now)) }
        return mayWait(excluding: tried, now: now) ? .mustWait : .noneLive
    }
}

extension PoolMachine {
    @inline(__always)
    mutating func choose(excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8], hint: [UInt8], chance: UInt64) -> Int? {
        if ejected.isEmpty { return chooseAmongOpen(excluding: tried, now: now, key: key, hint: hint, chance: chance) }
        barEjected(now: now)
        let slot = chooseAmongOpen(excluding: tried, now: now, key: key, hint: hint, chance: chance)
        // One that was worse than others is better than none.
        if slot != nil || !admitEjected(now: now) { return slot }
        return chooseAmongOpen(excluding: tried, now: now, key: key, hint: hint, chance: chance)
    }

    @inline(__always)
    private mutating func chooseAmongOpen(
        excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8], hint: [UInt8], chance: UInt64
    ) -> Int? {
        if isSingle { return single(hint: hint, now: now) }
        if slowStarters.isEmpty { return chooseByTier(excluding: tried, now: now, key: key, hint: hint, chance: chance) }
        letSlowStartersSitOut(now: now)
        let slot = chooseByTier(excluding: tried, now: now, key: key, hint: hint, chance: chance)
        if slot != nil || !callInThoseSittingOut() { return slot }
        return chooseByTier(excluding: tried, now: now, key: key, hint: hint, chance: chance)
    }

    private func single(hint: [UInt8], now: MonotonicInstant) -> Int? {
        if slots[0].isOpen { return 0 }
        return hint.isEmpty ? nil : slotBound(by: stickyPrimaries, hint, excluding: PeerSet(), now: now)
    }

    private mutating func chooseByTier(
        excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8], hint: [UInt8], chance: UInt64
    ) -> Int? {
        if backups.range.isEmpty || tried.isEmpty || !hasReachedBackups(tried) {
            let bound = hint.isEmpty ? nil : slotBound(by: stickyPrimaries, hint, excluding: tried, now: now)
            let slot =
                isByTurns
                ? chooseByTurns(in: primaries, preferring: bound, excluding: tried, now: now)
                : bound ?? chooseByKeyOrChance(excluding: tried, now: now, key: key, chance: chance)
                    ?? roundRobin(in: primaries, preferring: nil, excluding: tried, now: now)
            if let slot { return slot }
        }
        if backups.range.isEmpty { return nil }
        let bound = hint.isEmpty ? nil : slotBound(by: stickyBackups, hint, excluding: tried, now: now)
        return chooseByTurns(in: backups, preferring: bound, excluding: tried, now: now)
    }

    /// Round robin takes note of whom a bound request falls to; the other methods just give it to that peer.
    private mutating func chooseByTurns(
        in tier: PoolTier, preferring bound: Int?, excluding tried: PeerSet, now: MonotonicInstant
    ) -> Int? {
        if isLarge && tier.range.lowerBound == 0 { return chooseFromIndex(preferring: bound, excluding: tried, now: now) }
        switch method {
        case .leastConnections:
            return bound ?? leastConnected(in: tier.range, excluding: tried, now: now)
        case .leastTime(let mode):
            return bound ?? leastTimed(in: tier.range, mode, excluding: tried, now: now)
        case .roundRobin, .ipHash, .hash, .random:
            return roundRobin(in: tier, preferring: bound, excluding: tried, now: now)
        }
    }

    private mutating func chooseByKeyOrChance(excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8], chance: UInt64) -> Int? {
        switch method {
        case .ipHash: addressHashed(excluding: tried, now: now, address: key)
        case .hash(consistent: false): hashed(excluding: tried, now: now, key: key)
        case .hash(consistent: true): consistentlyHashed(excluding: tried, now: now, key: key)
        case .random(two: .off): random(excluding: tried, now: now, chance: chance)
        case .random(two: .leastConnections):
            randomOfTwo(excluding: tried, now: now, chance: chance) { $0.slots[$1].load }
        case .random(two: .leastTime(let mode)):
            randomOfTwo(excluding: tried, now: now, chance: chance) { $0.estimate(of: $1, mode, now: now) }
        case .roundRobin, .leastConnections, .leastTime: nil
        }
    }

    /// The peer that a hint names, where it may be used. Failures and limits count for it as for others; a draining peer serves
    /// those that are bound to it.
    private func slotBound(by index: StickyIndex, _ hint: [UInt8], excluding tried: PeerSet, now: MonotonicInstant) -> Int? {
        guard let slot = index[hint] else { return nil }
        let peer = slots[slot]
        guard peer.bars.isSubset(of: .allowingBound), peer.active < peer.maxConnections else { return nil }
        if isSingle { return slot }
        if tried.contains(index: Int(peer.index)) { return nil }
        return !peer.hasTripped || records[slot].hasRested(by: now) ? slot : nil
    }

    private func hasReachedBackups(_ tried: PeerSet) -> Bool {
        tried.indices.contains { index in slotOfPeer.indices.contains(index) && backups.range.contains(slotOfPeer[index]) }
    }

    /// - Parameter isRetry: the request has been sent to a peer before.
    @inline(__always)
    mutating func take(_ slot: Int, isRetry: Bool, now: MonotonicInstant) -> PeerID {
        if circuit != nil { circuit?.started(isRetry: isRetry) }
        if !ejected.isEmpty { outliers?.leased(PeerID(index: Int(slots[slot].index)), now: now) }
        slots[slot].active += 1
        records[slot].leases += 1
        // The time of the last check matters only while failures are held against the peer, and to `least_time`.
        if slots[slot].fails != 0 || goesByTimes, records[slot].hasRested(by: now) { records[slot].checked = now }
        if countsInflight { records[slot].times.requestBegan(now: now) }
        peerChanged(slot, now: now)
        return PeerID(index: Int(slots[slot].index))
    }

    /// Whether the peer may be chosen at all.
    func isUsable(_ slot: Int, excluding tried: PeerSet, now: MonotonicInstant) -> Bool {
        slots[slot].isOpen && !tried.contains(index: Int(slots[slot].index))
            && (!slots[slot].hasTripped || records[slot].hasRested(by: now))
    }

    /// The same question for loops that hold a span of the slots.
    @inline(__always)
    static func isUsable(_ peer: PeerSlot, _ records: [PeerRecord], _ slot: Int, _ tried: PeerSet, _ now: MonotonicInstant) -> Bool {
        peer.isOpen && !tried.contains(index: Int(peer.index)) && (!peer.hasTripped || records[slot].hasRested(by: now))
    }
}
