import Gatehouse
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Choosing a peer: the machine alone, and through its actor from inside and outside an event loop.
func upstreamBenchmarks() throws -> [Benchmark] {
    var all: [Benchmark] = []
    for count in [3, 50, 1000] {
        all.append(choice(.roundRobin, "round robin", among: count))
        all.append(choice(.leastConnections, "least_conn", among: count))
    }
    let pool = UpstreamPool(machine(.leastConnections, count: 3))
    let outside: (Int) async -> Void = { times in await leaseAndRelease(pool, times: times) }
    all.append(Benchmark("lease and release through the actor, from the main thread", suspending: outside))
    let loop = try EventLoop.start(name: "bench", index: 0)
    let pinned: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loop) { await leaseAndRelease(pool, times: times) }
    }
    all.append(Benchmark("lease and release through the actor, pinned to a loop", suspending: pinned))
    return all
}

private func machine(_ method: BalancingMethod, count: Int) -> PoolMachine {
    PoolMachine(peers: (0..<count).map { PeerSpec(name: "10.0.0.\($0):80", weight: 1 + $0 % 3) }, method: method)
}

/// With twice as many requests under way as there are peers, so that there is something to compare.
private func choice(_ method: BalancingMethod, _ name: String, among count: Int) -> Benchmark {
    var machine = machine(method, count: count)
    let now = MonotonicInstant.now
    let tried = PeerSet()
    var held: [PeerID] = []
    for _ in 0..<count * 2 {
        if case .use(let peer) = machine.lease(excluding: tried, now: now) { held.append(peer) }
    }
    return Benchmark("\(name) among \(count) busy peers: release one, lease one") { times in
        for number in 0..<times {
            let place = number % held.count
            machine.released(held[place], outcome: .succeeded, now: now)
            if case .use(let peer) = machine.lease(excluding: tried, now: now) { held[place] = peer }
        }
    }
}

private func leaseAndRelease(_ pool: UpstreamPool, times: Int) async {
    let now = MonotonicInstant.now
    let tried = PeerSet()
    for _ in 0..<times {
        guard case .use(let peer) = await pool.lease(excluding: tried, now: now, key: []) else { return }
        _ = await pool.released(peer, outcome: .succeeded, now: now)
    }
}
