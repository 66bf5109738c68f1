import GatehousePolicy
import GatehouseWire
import Testing

private let (a, b, c) = (PeerID(index: 0), PeerID(index: 1), PeerID(index: 2))

/// A group whose requests take no time.
private struct Group {
    var pool: PoolMachine
    var now = start

    init(_ rules: PoolRules, peers: Int = 3) {
        pool = PoolMachine(peers: weights(1, 1, 1).prefix(peers).map { $0.unresting }, rules: rules)
    }

    mutating func lease(excluding tried: PeerID...) -> PoolMachine.LeaseResult {
        var set = PeerSet()
        for peer in tried { set.insert(peer) }
        return pool.lease(excluding: set, now: now)
    }

    /// Requests that fail at `bad` and succeed elsewhere; how many went to it.
    mutating func run(_ count: Int, bad: PeerID) -> Int {
        var hits = 0
        for _ in 0..<count {
            guard case .use(let peer) = lease() else { continue }
            if peer == bad { hits += 1 }
            pool.released(peer, LeaseReport(peer == bad ? .failed : .succeeded), now: now)
        }
        return hits
    }
}

extension PeerSpec {
    fileprivate var unresting: PeerSpec {
        var spec = self
        spec.maxFails = 0
        return spec
    }
}

@Suite struct PoolProtectionTests {
    private let ejecting = PoolRules(outliers: OutlierRules(minimum: 10))

    @Test(arguments: [
        BalancingMethod.roundRobin, .leastConnections, .random(two: .off), .random(two: .leastConnections), .hash(consistent: true),
    ])
    func `an ejected peer gets no requests, whatever the method`(method: BalancingMethod) {
        var rules = ejecting
        rules.method = method
        var group = Group(rules)
        for _ in 0..<20 { group.pool.released(a, LeaseReport(.failed), now: start) }
        #expect(group.pool.snapshot(of: a, now: start)?.state == .unavailable)
        #expect(group.run(100, bad: a) == 0)
    }

    @Test func `it is tried once after its time, and stays away when that fails`() {
        var group = Group(ejecting)
        _ = group.run(60, bad: b)
        #expect(group.pool.snapshot(of: b, now: group.now)?.state == .unavailable)
        group.now += .seconds(30)
        #expect(group.run(100, bad: b) == 1)
        group.now += .seconds(30)
        #expect(group.run(100, bad: b) == 0)
        group.now += .seconds(30)
        #expect(group.run(100, bad: b) == 1)
    }

    @Test func `while one request tries it, no other does, and a success brings it back`() {
        var group = Group(ejecting)
        _ = group.run(60, bad: b)
        group.now += .seconds(30)
        let leases = (0..<30).map { _ in group.lease() }
        #expect(leases.count { $0 == .use(b) } == 1)
        group.pool.released(b, LeaseReport(.succeeded), now: group.now)
        #expect(group.pool.snapshot(of: b, now: group.now)?.state == .up)
        #expect(group.run(30, bad: PeerID(index: 9)) == 0)
        #expect((0..<30).map { _ in group.lease() }.count { $0 == .use(b) } > 5)
    }

    @Test func `changes say why`() {
        var group = Group(ejecting)
        _ = group.run(60, bad: b)
        group.now += .seconds(30)
        _ = group.run(3, bad: c)
        let changes = group.pool.takeChanges()
        #expect(changes.map(\.to) == [.unavailable, .up])
        #expect(changes.map(\.reason) == ["10 of 10 requests failed", "the request that tried it again went well"])
    }

    @Test func `an ejected peer is better than none`() {
        var group = Group(ejecting, peers: 2)
        for _ in 0..<20 { group.pool.released(a, LeaseReport(.failed), now: start) }
        #expect(group.lease() == .use(b))
        #expect(group.lease(excluding: b) == .use(a))
        group.pool.released(a, LeaseReport(.succeeded), now: start)
        #expect(group.lease() == .use(b))
    }

    @Test func `a status of 500 counts as a failure, one of 404 does not`() {
        for (status, state) in [(500, PeerSnapshot.State.unavailable), (404, .up)] {
            var group = Group(ejecting)
            for _ in 0..<20 { group.pool.released(a, LeaseReport(.succeeded, status: status), now: start) }
            #expect(group.pool.snapshot(of: a, now: start)?.state == state)
        }
    }

    @Test func `beyond its connections a group refuses at once`() {
        var group = Group(PoolRules(limits: CircuitLimits(connections: 2)))
        #expect(group.lease() == .use(a))
        #expect(group.lease() == .use(b))
        #expect(group.lease() == .overloaded)
        group.pool.released(a, LeaseReport(.succeeded), now: start)
        #expect(group.lease() == .use(c))
    }

    @Test func `requests that may wait get a peer when one is given back`() {
        var group = Group(PoolRules(limits: CircuitLimits(connections: 1, pending: 1)))
        #expect(group.lease() == .use(a))
        #expect(group.lease() == .mustWait)
        #expect(group.pool.enqueue(WaiterID(number: 1), excluding: PeerSet()) == .waiting)
        #expect(group.lease() == .overloaded)
        #expect(group.pool.nextGrant(now: start) == nil)
        group.pool.released(a, LeaseReport(.succeeded), now: start)
        #expect(group.pool.nextGrant(now: start)?.peer == b)
        #expect(group.pool.nextGrant(now: start) == nil)
    }

    @Test func `repetitions are limited, first attempts are not`() {
        var group = Group(PoolRules(retryBudget: RetryBudgetRules(share: 10, minimum: 1)))
        #expect(group.lease(excluding: a) == .use(b))
        #expect(group.lease(excluding: a) == .overloaded)
        #expect(group.lease() != .overloaded)
        group.pool.released(b, LeaseReport(.failed, isRetry: true), now: start)
        #expect(group.lease(excluding: b) != .overloaded)
    }

    @Test func `a removed peer's leases count until they come back`() {
        var group = Group(PoolRules(limits: CircuitLimits(connections: 1)))
        #expect(group.lease() == .use(a))
        group.pool.remove(a, now: start)
        #expect(group.lease() == .overloaded)
        group.pool.released(a, LeaseReport(.succeeded), now: start)
        #expect(group.lease() == .use(b))
    }
}
