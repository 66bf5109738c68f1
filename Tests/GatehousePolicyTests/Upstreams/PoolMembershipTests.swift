import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct PoolMembershipTests {
    static let nobody = PeerSet()

    func chosen(_ pool: inout PoolMachine, _ count: Int, now: MonotonicInstant = start, hint: [UInt8] = []) -> [Int] {
        (0..<count).map { _ in
            guard case .use(let peer) = pool.lease(excluding: Self.nobody, now: now, hint: hint) else { return -1 }
            pool.released(peer, LeaseReport(.succeeded), now: now)
            return peer.index
        }
    }

    @Test func `a peer that is added takes its share`() {
        var pool = PoolMachine(peers: weights(1, 1))
        let added = pool.add(PeerSpec(weight: 2), now: start)
        #expect(added == PeerID(index: 2))
        #expect(chosen(&pool, 400).count { $0 == 2 } == 200)
        #expect(pool.tries == 3)
    }

    @Test func `primaries that come later are asked before backups`() {
        var pool = PoolMachine(peers: [PeerSpec(), PeerSpec(isBackup: true)])
        let added = pool.add(PeerSpec(), now: start)
        pool.set(PeerID(index: 0), .down, now: start)
        #expect(chosen(&pool, 3) == [2, 2, 2])
        pool.remove(added, now: start)
        #expect(chosen(&pool, 3) == [1, 1, 1])
    }

    @Test func `a removed peer gets nothing, and its leases may come back whenever they do`() {
        var pool = PoolMachine(peers: weights(1, 1))
        let a = PeerID(index: 0)
        #expect(pool.lease(excluding: Self.nobody, now: start) == .use(a))
        #expect(pool.lease(excluding: Self.nobody, now: start) == .use(PeerID(index: 1)))
        pool.remove(a, now: start)
        #expect(pool.snapshot(of: a, now: start) == nil)
        #expect(chosen(&pool, 3) == [1, 1, 1])
        #expect(pool.released(a, LeaseReport(.failed), now: start) == .done)
        #expect(pool.released(a, LeaseReport(.failed), now: start) == .done)
        #expect(pool.snapshots(now: start).map(\.active) == [1])
    }

    @Test func `the number of a removed peer is not used again before its last lease is back`() {
        var pool = PoolMachine(peers: weights(1, 1))
        _ = pool.lease(excluding: Self.nobody, now: start)
        pool.remove(PeerID(index: 0), now: start)
        #expect(pool.add(PeerSpec(), now: start) == PeerID(index: 2))
        pool.released(PeerID(index: 0), LeaseReport(.succeeded), now: start)
        #expect(pool.add(PeerSpec(), now: start) == PeerID(index: 0))
        #expect(pool.snapshots(now: start).map(\.peer.index) == [0, 1, 2])
    }

    @Test func `a changed weight keeps counts, failures and the turn`() {
        var pool = PoolMachine(peers: [PeerSpec(weight: 2, maxFails: 2), PeerSpec(weight: 2)])
        _ = pool.lease(excluding: Self.nobody, now: start)
        pool.released(PeerID(index: 0), LeaseReport(.failed), now: start)
        _ = pool.lease(excluding: Self.nobody, now: start)
        pool.update(PeerID(index: 0), PeerSpec(weight: 6, maxConnections: 9, maxFails: 2), now: start)
        let peer = pool.snapshot(of: PeerID(index: 0), now: start)
        #expect(peer?.fails == 1)
        #expect(peer?.leases == 1)
        #expect(peer?.weight == 6)
        #expect(pool.snapshots(now: start).map(\.active) == [0, 1])
    }

    @Test func `a peer may become a backup`() {
        var pool = PoolMachine(peers: weights(1, 1))
        pool.update(PeerID(index: 0), PeerSpec(isBackup: true), now: start)
        #expect(chosen(&pool, 3) == [1, 1, 1])
        pool.remove(PeerID(index: 1), now: start)
        #expect(chosen(&pool, 3) == [0, 0, 0])
    }

    @Test func `a group whose last peers are removed has none, and lives again`() {
        var pool = PoolMachine(peers: weights(1))
        pool.remove(PeerID(index: 0), now: start)
        #expect(pool.lease(excluding: Self.nobody, now: start) == .noneLive)
        _ = pool.add(PeerSpec(), now: start)
        #expect(chosen(&pool, 2) == [0, 0])
        #expect(pool.isSingle)
    }

    @Test(arguments: [
        (PoolMachine.Administration.down, PeerSnapshot.State.down), (.draining, .draining),
    ])
    func `what is taken out by hand is not chosen until it is put back`(
        _ administration: PoolMachine.Administration, _ state: PeerSnapshot.State
    ) {
        var pool = PoolMachine(peers: weights(1, 1))
        pool.set(PeerID(index: 0), administration, now: start)
        #expect(chosen(&pool, 3) == [1, 1, 1])
        #expect(pool.tries == 1)
        pool.set(PeerID(index: 0), .up, now: start)
        #expect(chosen(&pool, 4).count { $0 == 0 } == 2)
        let changes = pool.takeChanges().map { [$0.from, $0.to] }
        #expect(changes == [[.up, state], [state, .up]])
        #expect(pool.takeChanges().isEmpty)
    }

    @Test func `health that is awaited or lost keeps a peer out, and each change is told with its reason`() {
        var pool = PoolMachine(peers: [PeerSpec(name: "a:80"), PeerSpec(name: "b:80")])
        let a = PeerID(index: 0)
        pool.set(a, .checking, reason: "first check", now: start)
        #expect(chosen(&pool, 2) == [1, 1])
        pool.set(a, .healthy, reason: "check passed", now: start)
        #expect(chosen(&pool, 4).contains(0))
        pool.set(a, .unhealthy, reason: "timed out", now: start)
        #expect(chosen(&pool, 2) == [1, 1])
        let told = pool.takeChanges().map { "\($0.name) \($0.from.rawValue) \($0.to.rawValue): \($0.reason)" }
        #expect(told == ["a:80 up checking: first check", "a:80 checking up: check passed", "a:80 up unhealthy: timed out"])
    }

    @Test func `max_fails is told once when it takes a peer out and once when it is back`() {
        var pool = PoolMachine(peers: [PeerSpec(maxFails: 2), PeerSpec(isDown: true)])
        let a = PeerID(index: 0)
        for _ in 0..<3 { pool.released(a, LeaseReport(.failed), now: start) }
        let later = start + .seconds(11)
        #expect(pool.lease(excluding: Self.nobody, now: later) == .use(a))
        pool.released(a, LeaseReport(.succeeded), now: later)
        let states = pool.takeChanges().map { [$0.from, $0.to] }
        #expect(states == [[.up, .unavailable], [.unavailable, .up]])
    }
}
