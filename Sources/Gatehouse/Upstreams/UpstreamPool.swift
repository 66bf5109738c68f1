import GatehousePolicy
import GatehouseRuntime
import GatehouseWire
import Synchronization

/// Owns who of an upstream group gets the next request. One actor a group; the decision itself is `PoolMachine`'s.
///
/// Its calls are brief, so who calls runs it: requests `leaseNow` and say `releasedNow` without suspending, for the price of a lock.
public actor UpstreamPool {
    private nonisolated let executor = BriefExecutor()
    /// Whoever calls the actor runs it. (The actor holds its executor, so this does not outlive it.)
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    package enum LeaseResult: Sendable {
        /// Counts as active until it is `released`.
        case use(UpstreamPeer)
        /// nginx's "no live upstreams": the answer is 502.
        case noneLive
        /// As many requests wait as the `queue` allows: the answer is 502.
        case queueFull
        /// A limit of the group is reached: the answer is 503, at once.
        case overloaded
        /// The request waits for a peer; whoever stops waiting says so with `waiterLeft`.
        case wait(WaiterID, LeaseWaiter)
    }

    /// A request that asks for a peer.
    package struct Request: Sendable {
        /// The peers it was sent to before.
        package var tried: PeerSet
        /// What `hash` and `ip_hash` choose by.
        package var key: [UInt8]
        /// The sticky ID of the peer it is bound to; empty: none.
        package var hint: [UInt8]

        package init(tried: PeerSet = PeerSet(), key: [UInt8] = [], hint: [UInt8] = []) {
            self.tried = tried
            self.key = key
            self.hint = hint
        }
    }

    // `@exclusivity(unchecked)`: isolated to the actor; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) var machine: PoolMachine
    /// By `PeerID.index`; `nil` where none is.
    @safe @exclusivity(unchecked) var peers: [UpstreamPeer?]
    @safe @exclusivity(unchecked) private var waiters: [WaiterID: LeaseWaiter] = [:]
    private var nextWaiter = 0
    @safe @exclusivity(unchecked) private var random: SplitMix64
    /// Called inside the actor for every change of a peer's state.
    private let changed: @Sendable (UpstreamPeer, PeerChange) -> Void
    /// How a peer starts that joins the group.
    let startingHealth: @Sendable (UpstreamPeer) -> PeerHealth
    /// Told of every peer that joins.
    var memberWatcher: (@Sendable (UpstreamPeer) -> Void)?
    private nonisolated let currentTries: Atomic<Int>
    nonisolated let rules: PoolRules
    /// What an embedder's calls go by, which name no time.
    nonisolated let clock: UpstreamClock
    /// Whom an embedder's readers hear of changes from.
    nonisolated let feed: ChangeFeed
    /// An embedder's checker runs.
    var isChecked = false
    /// That checker's rules are mandatory: who joins is not used before its first result.
    var hasMandatoryCheck = false

    /// - Parameters:
    ///   - peers: those of the machine, in its order.
    ///   - seed: of the random numbers that choices by chance are made with.
    ///   - startingHealth: how a peer starts.
    ///   - changed: told of every change of a peer's state; must not block.
    package init(
        _ machine: PoolMachine, peers: [UpstreamPeer], seed: UInt64 = .random(in: .min ... .max),
        clock: UpstreamClock = .system, feed: ChangeFeed = ChangeFeed(),
        startingHealth: @escaping @Sendable (UpstreamPeer) -> PeerHealth = { _ in .unchecked },
        changed: @escaping @Sendable (UpstreamPeer, PeerChange) -> Void = { _, _ in }
    ) {
        var machine = machine
        for peer in peers { machine.set(peer.id, startingHealth(peer), reason: "", now: .origin) }
        // How they start is no change.
        _ = machine.takeChanges()
        rules = machine.rules
        self.clock = clock
        self.feed = feed
        self.machine = machine
        self.startingHealth = startingHealth
        self.peers = peers
        self.changed = changed
        random = SplitMix64(seed: seed)
        currentTries = Atomic(machine.tries)
    }

    /// Attempts one request may make: the peers that are neither down nor draining. Any thread may ask.
    package nonisolated var tries: Int { currentTries.load(ordering: .relaxed) }

    /// Chooses a peer for a request.
    package func lease(_ request: Request, now: MonotonicInstant) -> LeaseResult {
        switch machine.lease(excluding: request.tried, now: now, key: request.key, hint: request.hint, using: &random) {
        case .use(let id): return peers[id.index].map { .use($0) } ?? .noneLive
        case .noneLive: return .noneLive
        case .overloaded: return .overloaded
        case .mustWait: return enqueue(request)
        }
    }

    /// The request is through with its peer, which it was given once.
    package func released(_ peer: UpstreamPeer, _ report: LeaseReport, now: MonotonicInstant) -> PoolMachine.ReleaseResult {
        let result = machine.released(peer.id, report, now: now)
        settle(now: now)
        return result
    }

    /// `lease` from outside, done when it returns. Any thread may call this.
    package nonisolated func leaseNow(_ request: Request, now: MonotonicInstant) -> LeaseResult {
        executor.enter { UpstreamPool.leaseInside(self, request, now) }
    }

    /// `released` from outside, done when it returns. Any thread may call this.
    package nonisolated func releasedNow(
        _ peer: UpstreamPeer, _ report: LeaseReport, now: MonotonicInstant
    ) -> PoolMachine.ReleaseResult {
        executor.enter { UpstreamPool.releasedInside(self, peer, report, now) }
    }

    // `assumeIsolated` asks the run time where it is and allocates, which costs more than the choice. Who is inside of the executor is
    // isolated to the actor, and isolation is no part of how a function is called.
    private static let leaseInside = unsafe unsafeBitCast(
        { @Sendable pool, request, now in pool.lease(request, now: now) }
            as @Sendable (isolated UpstreamPool, Request, MonotonicInstant) -> LeaseResult,
        to: (@Sendable (UpstreamPool, Request, MonotonicInstant) -> LeaseResult).self)
    private static let releasedInside = unsafe unsafeBitCast(
        { @Sendable pool, peer, report, now in pool.released(peer, report, now: now) }
            as @Sendable (isolated UpstreamPool, UpstreamPeer, LeaseReport, MonotonicInstant) -> PoolMachine.ReleaseResult,
        to: (@Sendable (UpstreamPool, UpstreamPeer, LeaseReport, MonotonicInstant) -> PoolMachine.ReleaseResult).self)

    /// The head of an answer is here; told only where `BalancingMethod.needsHeaderEvents`.
    package func headerReceived(_ peer: UpstreamPeer, after time: Duration, now: MonotonicInstant) {
        if isMember(peer) { machine.headerReceived(peer.id, after: time, now: now) }
    }

    /// `headerReceived` from outside, where the method asks for it; done when it returns. Any thread may call this.
    nonisolated func headerReceivedNow(_ peer: UpstreamPeer, after time: Duration, now: MonotonicInstant) {
        guard rules.method.needsHeaderEvents else { return }
        executor.enter { assumeIsolated { $0.headerReceived(peer, after: time, now: now) } }
    }

    func isMember(_ peer: UpstreamPeer) -> Bool { peers.indices.contains(peer.id.index) && peers[peer.id.index] === peer }

    // MARK: The queue

    private func enqueue(_ request: Request) -> LeaseResult {
        let id = WaiterID(number: nextWaiter)
        nextWaiter += 1
        switch machine.enqueue(id, excluding: request.tried, key: request.key, hint: request.hint) {
        case .full: return .queueFull
        case .waiting:
            let waiter = LeaseWaiter()
            waiters[id] = waiter
            return .wait(id, waiter)
        }
    }

    /// The request's time is up, or nobody wants its answer any more.
    package func waiterLeft(_ id: WaiterID) {
        waiters[id] = nil
        machine.waiterLeft(id)
    }

    /// Nobody will come for whom they could wait.
    func dismissWaiters() {
        for (id, waiter) in waiters {
            machine.waiterLeft(id)
            waiter.end(.noneLive)
        }
        waiters = [:]
    }

    /// To be called after whatever may have made room for a waiter or changed the state of a peer.
    func settle(now: MonotonicInstant) {
        while !waiters.isEmpty, let grant = machine.nextGrant(now: now, chance: random.next()) {
            give(grant.waiter, grant.peer, now: now)
        }
        for change in machine.takeChanges() {
            if let peer = peers[change.peer.index] { changed(peer, change) }
        }
    }

    private func give(_ waiter: WaiterID, _ id: PeerID, now: MonotonicInstant) {
        if let waiter = waiters.removeValue(forKey: waiter), let peer = peers[id.index], waiter.end(.granted(peer)) { return }
        // It has just given up, and has not been able to say so yet.
        machine.released(id, LeaseReport(.unused), now: now)
    }

    func membershipChanged(now: MonotonicInstant) {
        currentTries.store(machine.tries, ordering: .relaxed)
        settle(now: now)
    }
}
