import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct PoolOracleTests {
    @Test(arguments: 1...60)
    func `the machine does what the slow pool does`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let specs = (0..<Int.random(in: 1...7, using: &random)).map { index in
            PeerSpec(
                weight: Int.random(in: 1...6, using: &random), maxConnections: Int.random(in: 0...4, using: &random),
                maxFails: Int.random(in: 0...3, using: &random), failTimeout: .seconds(Int.random(in: 1...5, using: &random)),
                isBackup: index > 0 && Int.random(in: 0..<4, using: &random) == 0, isDown: Int.random(in: 0..<9, using: &random) == 0)
        }
        let isLeast = Bool.random(using: &random)
        var pool = PoolMachine(peers: specs, method: isLeast ? .leastConnections : .roundRobin)
        var model = SlowPool(specs, isLeastConnections: isLeast)
        var leases: [(peer: Int, tried: Set<Int>)] = []
        var now = start
        for step in 0..<1500 {
            let pause = Int.random(in: 0..<400, using: &random)
            now = now + .milliseconds(pause)
            model.time = (now - start) / .seconds(1)
            if leases.isEmpty || Int.random(in: 0..<5, using: &random) < 3 {
                lease([], &pool, &model, &leases, now, "seed \(seed) step \(step)")
                continue
            }
            let ended = leases.remove(at: Int.random(in: 0..<leases.count, using: &random))
            let failed = Int.random(in: 0..<3, using: &random) == 0
            pool.released(PeerID(index: ended.peer), LeaseReport(failed ? .failed : .succeeded), now: now)
            model.release(ended.peer, failed: failed)
            if failed { lease(ended.tried, &pool, &model, &leases, now, "seed \(seed) step \(step), again") }
        }
    }

    func lease(
        _ tried: Set<Int>, _ pool: inout PoolMachine, _ model: inout SlowPool, _ leases: inout [(peer: Int, tried: Set<Int>)],
        _ now: MonotonicInstant, _ place: Comment
    ) {
        var set = PeerSet()
        for index in tried { set.insert(PeerID(index: index)) }
        let result = pool.lease(excluding: set, now: now)
        let expected = model.lease(tried)
        #expect(result == expected.map { .use(PeerID(index: $0)) } ?? .noneLive, place)
        if let expected { leases.append((expected, tried.union([expected]))) }
    }
}
