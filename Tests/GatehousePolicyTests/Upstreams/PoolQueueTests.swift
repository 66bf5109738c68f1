import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct PoolQueueTests {
    static let nobody = PeerSet()
    static let rules = PoolRules(queue: QueueRules(capacity: 2))

    func waiter(_ number: Int) -> WaiterID { WaiterID(number: number) }

    func grants(_ pool: inout PoolMachine, now: MonotonicInstant = start) -> [[Int]] {
        var all: [[Int]] = []
        while let (waiter, peer) = pool.nextGrant(now: now) { all.append([waiter.number, peer.index]) }
        return all
    }

    @Test func `requests wait while all peers are busy and are served in their order`() {
        var pool = PoolMachine(peers: [PeerSpec(maxConnections: 1), PeerSpec(maxConnections: 1)], rules: Self.rules)
        for index in 0..<2 { #expect(pool.lease(excluding: Self.nobody, now: start) == .use(PeerID(index: index))) }
        #expect(pool.lease(excluding: Self.nobody, now: start) == .mustWait)
        #expect(pool.enqueue(waiter(1), excluding: Self.nobody) == .waiting)
        #expect(pool.enqueue(waiter(2), excluding: Self.nobody) == .waiting)
        #expect(pool.enqueue(waiter(3), excluding: Self.nobody) == .full)
        #expect(grants(&pool).isEmpty)
        pool.released(PeerID(index: 1), LeaseReport(.succeeded), now: start)
        #expect(grants(&pool) == [[1, 1]])
        pool.released(PeerID(index: 0), LeaseReport(.succeeded), now: start)
        #expect(grants(&pool) == [[2, 0]])
        #expect(!pool.hasWaiters)
        #expect(pool.snapshots(now: start).map(\.active) == [1, 1])
    }

    @Test func `who has tried the free peer lets the next in line have it`() {
        var pool = PoolMachine(peers: [PeerSpec(maxConnections: 1), PeerSpec(maxConnections: 1)], rules: Self.rules)
        for _ in 0..<2 { _ = pool.lease(excluding: Self.nobody, now: start) }
        var tried = PeerSet()
        tried.insert(PeerID(index: 0))
        #expect(pool.enqueue(waiter(1), excluding: tried) == .waiting)
        #expect(pool.enqueue(waiter(2), excluding: Self.nobody) == .waiting)
        pool.released(PeerID(index: 0), LeaseReport(.succeeded), now: start)
        #expect(grants(&pool) == [[2, 0]])
        pool.waiterLeft(waiter(1))
        pool.released(PeerID(index: 1), LeaseReport(.succeeded), now: start)
        #expect(grants(&pool).isEmpty)
    }

    @Test func `nobody waits for peers that are down, unhealthy or tried`() {
        var pool = PoolMachine(peers: [PeerSpec(maxConnections: 1), PeerSpec(isDown: true), PeerSpec()], rules: Self.rules)
        pool.set(PeerID(index: 2), .unhealthy, reason: "test", now: start)
        _ = pool.lease(excluding: Self.nobody, now: start)
        var tried = PeerSet()
        tried.insert(PeerID(index: 0))
        #expect(pool.lease(excluding: tried, now: start) == .noneLive)
        #expect(pool.lease(excluding: Self.nobody, now: start) == .mustWait)
        pool.set(PeerID(index: 2), .checking, reason: "test", now: start)
        #expect(pool.lease(excluding: tried, now: start) == .mustWait)
    }

    @Test func `without a queue nobody waits for a busy peer`() {
        var pool = PoolMachine(peers: [PeerSpec(maxConnections: 1)])
        _ = pool.lease(excluding: Self.nobody, now: start)
        #expect(pool.lease(excluding: Self.nobody, now: start) == .noneLive)
        #expect(pool.enqueue(waiter(1), excluding: Self.nobody) == .full)
    }

    @Test func `requests wait for names that were never resolved`() {
        var pool = PoolMachine(peers: [])
        pool.awaitsPeers = true
        #expect(pool.lease(excluding: Self.nobody, now: start) == .mustWait)
        #expect(pool.enqueue(waiter(7), excluding: Self.nobody) == .waiting)
        let added = pool.add(PeerSpec(), now: start)
        pool.awaitsPeers = false
        #expect(grants(&pool) == [[7, added.index]])
    }
}
