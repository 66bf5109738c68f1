import GatehousePolicy
import GatehouseWire
import Testing

/// Any instant; the tests only ever add to it.
let start = MonotonicInstant.origin

/// Who is chosen when one request after the other comes and goes.
func sequence(
    _ peers: [PeerSpec], _ method: BalancingMethod = .roundRobin, count: Int, key: [UInt8] = []
) -> String {
    var pool = PoolMachine(peers: peers, method: method)
    var letters = ""
    for _ in 0..<count {
        guard case .use(let peer) = pool.lease(excluding: PeerSet(), now: start, key: key) else { return letters + "-" }
        letters.append(Character(UnicodeScalar(UInt8(97 + peer.index))))
        pool.released(peer, LeaseReport(.succeeded), now: start)
    }
    return letters
}

func weights(_ weights: Int...) -> [PeerSpec] { weights.map { PeerSpec(weight: $0) } }

@Suite struct PoolMachineTests {
    @Test(arguments: [
        (weights(1, 1, 1), "abcabc"),
        (weights(5, 1, 1), "aabacaaaabacaa"),
        (weights(4, 2, 1), "abacabaabacaba"),
        (weights(3, 2), "ababaababa"),
        (weights(1), "aaa"),
        ([PeerSpec(isDown: true), PeerSpec(), PeerSpec()], "bcbc"),
        ([PeerSpec(isBackup: true), PeerSpec(), PeerSpec()], "bcbc"),
        ([PeerSpec(isDown: true)], "-"),
    ])
    func `round robin follows nginx's smooth order`(peers: [PeerSpec], expected: String) {
        #expect(sequence(peers, count: expected.count) == expected)
    }

    @Test func `thirty requests at once over three peers spread evenly`() {
        var pool = PoolMachine(peers: weights(1, 1, 1), method: .leastConnections)
        for _ in 0..<30 { _ = pool.lease(excluding: PeerSet(), now: start) }
        #expect(pool.snapshots(now: start).map(\.active) == [10, 10, 10])
    }

    @Test func `least connections looks at the weight`() {
        var pool = PoolMachine(peers: weights(3, 1), method: .leastConnections)
        for _ in 0..<40 { _ = pool.lease(excluding: PeerSet(), now: start) }
        #expect(pool.snapshots(now: start).map(\.active) == [30, 10])
    }

    @Test func `a slow peer gets less than the others`() {
        var pool = PoolMachine(peers: weights(1, 1, 1), method: .leastConnections)
        let slow = PeerID(index: 1)
        for _ in 0..<100 {
            guard case .use(let peer) = pool.lease(excluding: PeerSet(), now: start) else { continue }
            if peer != slow { pool.released(peer, LeaseReport(.succeeded), now: start) }
        }
        #expect(pool.snapshot(of: slow, now: start)?.leases == 1)
    }

    @Test func `idle least-connections peers take turns by round robin`() {
        #expect(sequence(weights(5, 1, 1), .leastConnections, count: 7) == "aabacaa")
    }

    @Test func `a failed peer rests for fail_timeout, gets one chance, and a success clears it`() {
        var pool = PoolMachine(peers: weights(1, 1))
        let a = PeerID(index: 0)
        let b = PeerID(index: 1)
        #expect(pool.lease(excluding: PeerSet(), now: start) == .use(a))
        #expect(pool.released(a, LeaseReport(.failed), now: start) == .disabled)
        #expect(pool.snapshot(of: a, now: start)?.state == .unavailable)
        for _ in 0..<3 {
            #expect(pool.lease(excluding: PeerSet(), now: start + .seconds(10)) == .use(b))
            pool.released(b, LeaseReport(.succeeded), now: start)
        }
        let later = start + .seconds(10) + .nanoseconds(1)
        #expect(pool.snapshot(of: a, now: later)?.state == .up)
        let chances = (0..<4).map { _ in pool.lease(excluding: PeerSet(), now: later) }
        #expect(chances.count { $0 == .use(a) } == 1)
        pool.released(a, LeaseReport(.succeeded), now: later + .seconds(1))
        #expect(pool.snapshot(of: a, now: later + .seconds(1))?.fails == 0)
    }

    @Test func `a chance that fails starts the rest anew`() {
        var pool = PoolMachine(peers: weights(1, 1))
        let a = PeerID(index: 0)
        _ = pool.lease(excluding: PeerSet(), now: start)
        pool.released(a, LeaseReport(.failed), now: start)
        let later = start + .seconds(11)
        var tried = PeerSet()
        tried.insert(PeerID(index: 1))
        #expect(pool.lease(excluding: tried, now: later) == .use(a))
        #expect(pool.released(a, LeaseReport(.failed), now: later) == .disabled)
        #expect(pool.lease(excluding: tried, now: later + .seconds(10)) == .noneLive)
    }

    @Test func `max_fails counts within fail_timeout and 0 never rests a peer`() {
        var pool = PoolMachine(peers: [PeerSpec(maxFails: 3), PeerSpec(maxFails: 0)])
        for expected: PoolMachine.ReleaseResult in [.done, .done, .disabled] {
            #expect(pool.released(PeerID(index: 0), LeaseReport(.failed), now: start) == expected)
        }
        for _ in 0..<9 { #expect(pool.released(PeerID(index: 1), LeaseReport(.failed), now: start) == .done) }
        #expect(pool.lease(excluding: PeerSet(), now: start) == .use(PeerID(index: 1)))
    }

    @Test func `a lowered weight recovers by one with each choice`() {
        var pool = PoolMachine(peers: [PeerSpec(weight: 10, maxFails: 2), PeerSpec(weight: 10)])
        pool.released(PeerID(index: 0), LeaseReport(.failed), now: start)
        #expect(pool.snapshot(of: PeerID(index: 0), now: start)?.effectiveWeight == 5)
        _ = pool.lease(excluding: PeerSet(), now: start)
        #expect(pool.snapshot(of: PeerID(index: 0), now: start)?.effectiveWeight == 6)
    }

    @Test func `the only peer is never rested`() {
        var pool = PoolMachine(peers: [PeerSpec()])
        for _ in 0..<5 {
            #expect(pool.lease(excluding: PeerSet(), now: start) == .use(PeerID(index: 0)))
            #expect(pool.released(PeerID(index: 0), LeaseReport(.failed), now: start) == .done)
        }
    }

    @Test(arguments: [BalancingMethod.roundRobin, .leastConnections])
    func `backups serve when no primary can, and a request stays with them`(method: BalancingMethod) {
        let peers = [PeerSpec(maxConnections: 1), PeerSpec(isBackup: true), PeerSpec(isBackup: true)]
        var pool = PoolMachine(peers: peers, method: method)
        #expect(pool.lease(excluding: PeerSet(), now: start) == .use(PeerID(index: 0)))
        var tried = PeerSet()
        #expect(pool.lease(excluding: tried, now: start) == .use(PeerID(index: 1)))
        tried.insert(PeerID(index: 1))
        pool.released(PeerID(index: 0), LeaseReport(.succeeded), now: start)
        #expect(pool.lease(excluding: tried, now: start) == .use(PeerID(index: 2)))
        tried.insert(PeerID(index: 2))
        #expect(pool.lease(excluding: tried, now: start) == .noneLive)
    }

    @Test func `max_conns holds a peer back until a request ends`() {
        var pool = PoolMachine(peers: [PeerSpec(maxConnections: 2), PeerSpec(isDown: true)])
        for _ in 0..<2 { #expect(pool.lease(excluding: PeerSet(), now: start) == .use(PeerID(index: 0))) }
        #expect(pool.lease(excluding: PeerSet(), now: start) == .noneLive)
        #expect(pool.snapshot(of: PeerID(index: 0), now: start)?.isBusy == true)
        pool.released(PeerID(index: 0), LeaseReport(.unused), now: start)
        #expect(pool.lease(excluding: PeerSet(), now: start) == .use(PeerID(index: 0)))
    }

    @Test func `tries are the peers that are not down`() {
        #expect(PoolMachine(peers: [PeerSpec(), PeerSpec(isDown: true), PeerSpec(isBackup: true)]).tries == 2)
    }

    @Test func `a set of peers holds many`() {
        var set = PeerSet()
        for index in [0, 63, 64, 127, 128, 999] { set.insert(PeerID(index: index)) }
        #expect((0..<1100).filter { set.contains(PeerID(index: $0)) } == [0, 63, 64, 127, 128, 999])
        #expect(set.count == 6)
        set.removeAll()
        #expect(set.isEmpty)
    }
}
