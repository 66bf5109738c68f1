import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct StickyTests {
    static let nobody = PeerSet()
    static let all: [BalancingMethod] = [
        .roundRobin, .leastConnections, .leastTime(.header(inflight: false)), .leastTime(.lastByte(inflight: true)), .ipHash,
        .hash(consistent: false), .hash(consistent: true), .random(two: .off), .random(two: .leastConnections),
        .random(two: .leastTime(.lastByte(inflight: false))),
    ]

    static func group(_ method: BalancingMethod, _ changed: (inout [PeerSpec]) -> Void = { _ in }) -> PoolMachine {
        var peers = ["a", "b", "c"].map { PeerSpec(name: "\($0):80", stickyID: Array($0.utf8)) }
        changed(&peers)
        return PoolMachine(peers: peers, method: method)
    }

    func bound(_ pool: inout PoolMachine, to hint: String, tried: PeerSet = nobody) -> PoolMachine.LeaseResult {
        pool.lease(excluding: tried, now: start, key: [1, 2, 3], hint: Array(hint.utf8), chance: 5)
    }

    @Test(arguments: all)
    func `a bound request goes to its peer`(_ method: BalancingMethod) {
        var pool = Self.group(method)
        for _ in 0..<10 { #expect(bound(&pool, to: "c") == .use(PeerID(index: 2))) }
        #expect(bound(&pool, to: "nobody") != .noneLive)
    }

    @Test(arguments: all)
    func `a draining peer serves those bound to it only`(_ method: BalancingMethod) {
        var pool = Self.group(method) { $0[2].isDraining = true }
        #expect(bound(&pool, to: "c") == .use(PeerID(index: 2)))
        for byte in UInt8(0)..<50 {
            let result = pool.lease(excluding: Self.nobody, now: start, key: [byte, 1, 1], chance: UInt64(byte))
            #expect(result == .use(PeerID(index: 0)) || result == .use(PeerID(index: 1)))
        }
    }

    @Test(arguments: all)
    func `a bound request goes elsewhere when its peer is down, resting, busy, unhealthy or tried`(_ method: BalancingMethod) {
        let elsewhere: [PoolMachine.LeaseResult] = [.use(PeerID(index: 0)), .use(PeerID(index: 1))]
        let c = PeerID(index: 2)
        var down = Self.group(method) { $0[2].isDown = true }
        #expect(elsewhere.contains(bound(&down, to: "c")))
        var resting = Self.group(method)
        resting.released(c, LeaseReport(.failed), now: start)
        #expect(elsewhere.contains(bound(&resting, to: "c")))
        var busy = Self.group(method) { $0[2].maxConnections = 1 }
        #expect(bound(&busy, to: "c") == .use(c))
        #expect(elsewhere.contains(bound(&busy, to: "c")))
        var unhealthy = Self.group(method)
        unhealthy.set(c, .unhealthy, reason: "test", now: start)
        #expect(elsewhere.contains(bound(&unhealthy, to: "c")))
        var tried = PeerSet()
        tried.insert(c)
        var retried = Self.group(method)
        #expect(elsewhere.contains(bound(&retried, to: "c", tried: tried)))
    }

    @Test func `a request bound to a backup goes to the primaries while there are any`() {
        var pool = Self.group(.roundRobin) { $0[2].isBackup = true }
        #expect(bound(&pool, to: "c") != .use(PeerID(index: 2)))
        for index in 0..<2 { pool.set(PeerID(index: index), .down, now: start) }
        #expect(bound(&pool, to: "c") == .use(PeerID(index: 2)))
    }

    @Test func `bound requests count as turns of their peer, but no more than one whole round`() {
        var pool = Self.group(.roundRobin)
        for _ in 0..<50 { _ = bound(&pool, to: "a") }
        let free = (0..<6).map { _ in bound(&pool, to: "") }
        #expect(free == [1, 2, 0, 1, 2, 0].map { .use(PeerID(index: $0)) })
    }

    @Test func `the only peer serves whoever is bound to it while it drains`() {
        var pool = PoolMachine(peers: [PeerSpec(isDraining: true, stickyID: Array("a".utf8))])
        #expect(bound(&pool, to: "a") == .use(PeerID(index: 0)))
        #expect(bound(&pool, to: "") == .noneLive)
    }
}
