import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct SlowStartTests {
    static let byTurns: [BalancingMethod] = [.roundRobin, .leastConnections, .leastTime(.header(inflight: false))]
    static let slow = PeerSpec(slowStart: .seconds(100))

    /// How many of `count` requests, one after the other, the peer gets.
    func share(of peer: Int, in count: Int, _ pool: inout PoolMachine, now: MonotonicInstant) -> Int {
        (0..<count).count { _ in
            guard case .use(let chosen) = pool.lease(excluding: PeerSet(), now: now) else { return false }
            pool.released(chosen, LeaseReport(.succeeded), now: now)
            return chosen.index == peer
        }
    }

    @Test(arguments: byTurns)
    func `a peer that is healthy again gets its share by and by`(_ method: BalancingMethod) {
        var pool = PoolMachine(peers: [PeerSpec(), PeerSpec(), Self.slow], method: method)
        let c = PeerID(index: 2)
        pool.set(c, .unhealthy, reason: "test", now: start)
        pool.set(c, .healthy, reason: "test", now: start)
        for (seconds, expected) in [(1, 10), (25, 250), (50, 500), (75, 750), (100, 1000), (200, 1000)] {
            let got = share(of: 2, in: 3000, &pool, now: start + .seconds(seconds))
            #expect(abs(got - expected) <= 10 + expected / 10, "after \(seconds) s: \(got)")
        }
    }

    @Test(arguments: byTurns)
    func `requests under way are held to the share too`(_ method: BalancingMethod) {
        var pool = PoolMachine(peers: [PeerSpec(), PeerSpec(), Self.slow], method: method)
        pool.set(PeerID(index: 2), .checking, reason: "test", now: start)
        pool.set(PeerID(index: 2), .healthy, reason: "test", now: start)
        for _ in 0..<250 { _ = pool.lease(excluding: PeerSet(), now: start + .seconds(50)) }
        #expect((40...55).contains(pool.snapshot(of: PeerID(index: 2), now: start)?.active ?? 0))
    }

    @Test func `a new peer and one whose rest is over start slowly, one that was there from the start does not`() {
        var pool = PoolMachine(peers: [PeerSpec(), Self.slow])
        #expect(share(of: 1, in: 100, &pool, now: start) == 50)
        let added = pool.add(Self.slow, now: start)
        #expect(share(of: added.index, in: 100, &pool, now: start + .seconds(1)) < 3)
        pool.released(PeerID(index: 1), LeaseReport(.failed), now: start)
        let later = start + .seconds(200)
        #expect(share(of: 1, in: 300, &pool, now: later) < 3)
        #expect((45...55).contains(share(of: 1, in: 300, &pool, now: later + .seconds(50))))
    }

    @Test(arguments: byTurns)
    func `when nobody else can be used, one that starts slowly is`(_ method: BalancingMethod) {
        var pool = PoolMachine(peers: [PeerSpec(), Self.slow], method: method)
        pool.set(PeerID(index: 1), .checking, reason: "test", now: start)
        pool.set(PeerID(index: 1), .healthy, reason: "test", now: start)
        pool.set(PeerID(index: 0), .down, now: start)
        #expect(share(of: 1, in: 20, &pool, now: start) == 20)
    }

    @Test(arguments: [BalancingMethod.ipHash, .hash(consistent: false), .random(two: .off)])
    func `methods of keys and chance know no slow start`(_ method: BalancingMethod) {
        var pool = PoolMachine(peers: [PeerSpec()], method: method)
        let added = pool.add(Self.slow, now: start)
        let leases = (UInt8(0)..<100).map {
            pool.lease(excluding: PeerSet(), now: start, key: [$0, $0, $0], chance: UInt64($0))
        }
        #expect(leases.count { $0 == .use(added) } > 20)
    }
}
