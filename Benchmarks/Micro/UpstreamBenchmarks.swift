import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Choosing a peer: the machine alone.
func upstreamBenchmarks() -> [Benchmark] {
    var all: [Benchmark] = []
    for count in [3, 50, 1000] {
        for (method, name) in methods { all.append(choice(method, name, among: count)) }
    }
    return all
}

private let methods: [(BalancingMethod, String)] = [
    (.roundRobin, "round robin"), (.leastConnections, "least_conn"), (.leastTime(.header(inflight: false)), "least_time"),
    (.ipHash, "ip_hash"), (.hash(consistent: false), "hash"), (.hash(consistent: true), "hash consistent"),
    (.random(two: .off), "random"), (.random(two: .leastConnections), "random two"),
]

private func machine(_ method: BalancingMethod, count: Int) -> PoolMachine {
    PoolMachine(peers: (0..<count).map { PeerSpec(name: "10.0.0.\($0):80", weight: 1 + $0 % 3) }, method: method)
}

/// With twice as many requests under way as there are peers, so that there is something to compare.
private func choice(_ method: BalancingMethod, _ name: String, among count: Int) -> Benchmark {
    var machine = machine(method, count: count)
    let now = MonotonicInstant.now
    let tried = PeerSet()
    let keys: [[UInt8]] = (0..<256).map { [10, UInt8($0), 7, UInt8(255 - $0)] }
    let report = LeaseReport(.succeeded)
    let hint: [UInt8] = []
    var random = SplitMix64(seed: 1)
    var held: [PeerID] = []
    for number in 0..<count * 2 {
        let result = machine.lease(excluding: tried, now: now, key: keys[number % 256], hint: hint, using: &random)
        if case .use(let peer) = result { held.append(peer) }
    }
    return Benchmark("\(name) among \(count) busy peers: release one, lease one") { times in
        for number in 0..<times {
            let place = number % held.count
            machine.released(held[place], report, now: now)
            let result = machine.lease(excluding: tried, now: now, key: keys[number % 256], hint: hint, using: &random)
            if case .use(let peer) = result { held[place] = peer }
        }
    }
}
