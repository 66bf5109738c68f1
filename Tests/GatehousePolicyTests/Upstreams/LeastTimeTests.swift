import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct LeastTimeTests {
    static let nobody = PeerSet()

    /// Every answer of peer `index` takes that peer's time, head and body alike.
    func serve(_ pool: inout PoolMachine, times: [Int], requests: Int, now: MonotonicInstant = start) -> [Int] {
        var counts = [Int](repeating: 0, count: times.count)
        for _ in 0..<requests {
            guard case .use(let peer) = pool.lease(excluding: Self.nobody, now: now) else { continue }
            counts[peer.index] += 1
            let time = Duration.milliseconds(times[peer.index])
            pool.headerReceived(peer, after: time, now: now)
            pool.released(peer, LeaseReport(.succeeded, headerTime: time, lastByteTime: time, status: 200), now: now)
        }
        return counts
    }

    @Test(arguments: [false, true].flatMap { [BalancingMethod.LeastTimeMode.header(inflight: $0), .lastByte(inflight: $0)] })
    func `the fastest peer gets the requests`(_ mode: BalancingMethod.LeastTimeMode) {
        var pool = PoolMachine(peers: weights(1, 1, 1), method: .leastTime(mode))
        #expect(serve(&pool, times: [300, 100, 200], requests: 100) == [1, 98, 1])
    }

    @Test func `times that differ by less than a step take turns`() {
        var pool = PoolMachine(peers: weights(1, 1), method: .leastTime(.header(inflight: false)))
        #expect(serve(&pool, times: [101, 118], requests: 100) == [50, 50])
    }

    @Test func `requests under way lengthen the estimate, and the weight divides it`() {
        var pool = PoolMachine(peers: weights(2, 1), method: .leastTime(.lastByte(inflight: false)))
        _ = serve(&pool, times: [100, 100], requests: 10)
        for _ in 0..<30 { _ = pool.lease(excluding: Self.nobody, now: start) }
        #expect(pool.snapshots(now: start).map(\.active) == [20, 10])
    }

    @Test func `header and last byte are two times`() {
        for (mode, expected) in [(BalancingMethod.LeastTimeMode.header(inflight: false), 0), (.lastByte(inflight: false), 1)] {
            var pool = PoolMachine(peers: weights(1, 1), method: .leastTime(mode))
            for (index, (header, body)) in [(10, 900), (300, 310)].enumerated() {
                let report = LeaseReport(.succeeded, headerTime: .milliseconds(header), lastByteTime: .milliseconds(body), status: 200)
                pool.released(PeerID(index: index), report, now: start)
            }
            #expect(pool.lease(excluding: Self.nobody, now: start) == .use(PeerID(index: expected)))
        }
    }

    @Test func `a slow peer that was not asked for long gets a chance`() {
        var pool = PoolMachine(peers: weights(1, 1), method: .leastTime(.header(inflight: false)))
        #expect(serve(&pool, times: [400, 100], requests: 20) == [1, 19])
        #expect(serve(&pool, times: [400, 100], requests: 20, now: start + .seconds(11))[0] == 0)
        #expect(serve(&pool, times: [400, 100], requests: 20, now: start + .seconds(33))[0] == 1)
    }

    @Test func `answers that never came do not count`() {
        var pool = PoolMachine(peers: weights(1, 1), method: .leastTime(.header(inflight: false)))
        pool.released(PeerID(index: 0), LeaseReport(.failed, lastByteTime: .milliseconds(1)), now: start)
        pool.released(PeerID(index: 0), LeaseReport(.failed, headerTime: .milliseconds(3), status: 500), now: start)
        #expect(pool.snapshots(now: start).map(\.headerTime) == [.zero, .zero])
    }

    @Test func `averages move by a twentieth`() {
        var pool = PoolMachine(peers: weights(1, 1), method: .leastTime(.lastByte(inflight: false)))
        for time in [100, 200, 200] {
            let report = LeaseReport(.succeeded, headerTime: .milliseconds(time / 2), lastByteTime: .milliseconds(time), status: 200)
            pool.released(PeerID(index: 0), report, now: start)
        }
        let peer = pool.snapshot(of: PeerID(index: 0), now: start)
        #expect(peer?.responseTime == .milliseconds(110))
        #expect(peer?.headerTime == .milliseconds(55))
    }

    @Test func `with inflight, a peer that lets requests wait is known to be slow before it answers`() {
        var pool = PoolMachine(peers: weights(10, 10), method: .leastTime(.header(inflight: true)))
        _ = serve(&pool, times: [100, 100], requests: 4)
        let slow = pool.lease(excluding: Self.nobody, now: start)
        let later = start + .seconds(3)
        for _ in 0..<10 { #expect(pool.lease(excluding: Self.nobody, now: later) != slow) }
    }

    @Test func `random two least_time takes the faster of the two drawn`() {
        var pool = PoolMachine(peers: weights(1, 1), method: .random(two: .leastTime(.header(inflight: false))))
        var random = SeededGenerator(seed: 1)
        for (index, time) in [500, 20].enumerated() {
            pool.released(PeerID(index: index), LeaseReport(.succeeded, headerTime: .milliseconds(time), status: 200), now: start)
        }
        for _ in 0..<50 {
            #expect(pool.lease(excluding: Self.nobody, now: start, using: &random) == .use(PeerID(index: 1)))
            pool.released(PeerID(index: 1), LeaseReport(.succeeded, headerTime: .milliseconds(20), status: 200), now: start)
        }
    }
}
