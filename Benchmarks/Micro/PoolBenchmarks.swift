import Gatehouse
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Leasing a peer and returning it through the actor of an upstream group, alone and under many tasks.
func poolBenchmarks(on loops: Loops) -> [Benchmark] {
    let machine = PoolMachine(peers: (0..<3).map { PeerSpec(name: "10.0.0.\($0):80") }, method: .leastConnections)
    let server = UpstreamServer(address: .ip(.v4(0x0a00_0000), port: 80), spec: PeerSpec())
    let peers = (0..<3).map { UpstreamPeer(id: PeerID(index: $0), server: server) }
    let pool = UpstreamPool(machine, peers: peers)
    let fromMain: @MainActor (Int) async -> Void = { times in await pool.leaseAndReturn(times) }
    let pinned: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loops.first) { await pool.leaseAndReturn(times) }
    }
    var all = [
        Benchmark("lease and return, from the main actor", suspending: fromMain),
        Benchmark("lease and return, pinned to a loop", suspending: pinned),
    ]
    for width in [1, 2] {
        for count in [1, 8, 64, 512, 4096] { all.append(shared(pool, by: count, across: width, on: loops)) }
    }
    return all
}

/// Every task holds its lease over one turn of its loop, so that all of them have one at the same time.
private func shared(_ pool: UpstreamPool, by count: Int, across width: Int, on loops: Loops) -> Benchmark {
    let work: (Int) async -> Void = { times in
        await loops.run(count, across: width) { _ in await pool.leaseAndReturn(times / count, holding: true) }
    }
    let name = "lease, yield and return, under \(count) tasks on \(width) \(width == 1 ? "loop" : "loops")"
    return Benchmark(name, times: (count * 16)...Int.max, suspending: work)
}

extension UpstreamPool {
    fileprivate nonisolated func leaseAndReturn(_ times: Int, holding: Bool = false) async {
        let now = MonotonicInstant.now
        let request = Request()
        for _ in 0..<times {
            guard case .use(let peer) = await lease(request, now: now) else { return }
            if holding { await Task.yield() }
            _ = await released(peer, LeaseReport(.succeeded), now: now)
        }
    }
}
