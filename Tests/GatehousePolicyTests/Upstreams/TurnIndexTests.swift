import GatehousePolicy
import GatehouseWire
import Testing

/// The index against the machine that looks at every peer: whatever happens to a group, both choose the same.
@Suite struct TurnIndexTests {
    static let methods: [BalancingMethod] = [
        .roundRobin, .leastConnections, .leastTime(.header(inflight: false)), .leastTime(.lastByte(inflight: false)),
    ]

    @Test(arguments: methods, 1...12)
    func `the index changes no decision`(_ method: BalancingMethod, _ seed: UInt64) {
        var run = PoolComparison(method: method, peers: 6, seed: seed)
        for step in 0..<1500 {
            run.step()
            guard run.agrees else {
                Issue.record("seed \(seed), step \(step): \(run.disagreement)")
                return
            }
        }
        #expect(run.leases > 300)
    }

    @Test(arguments: methods)
    func `nor among two hundred peers`(_ method: BalancingMethod) {
        var run = PoolComparison(method: method, peers: 200, seed: 7)
        for _ in 0..<2000 where run.agrees { run.step() }
        #expect(run.agrees, "\(run.disagreement)")
    }

    @Test(arguments: [BalancingMethod.roundRobin, .leastConnections])
    func `a large group shares by weight`(_ method: BalancingMethod) {
        let shares = (0..<100).map { 1 + $0 % 10 }
        var pool = PoolMachine(peers: shares.map { PeerSpec(weight: $0) }, method: method)
        for _ in 0..<11_000 {
            guard case .use(let peer) = pool.lease(excluding: PeerSet(), now: start) else { continue }
            pool.released(peer, LeaseReport(.succeeded), now: start)
        }
        for (snapshot, share) in zip(pool.snapshots(now: start), shares) {
            #expect(abs(snapshot.leases - 20 * share) <= 1)
        }
    }
}

/// Two machines that live through the same events, one with an index and one without.
private struct PoolComparison {
    var linear: PoolMachine
    var indexed: PoolMachine
    var random: SeededGenerator
    var now = start
    var members: [PeerID] = []
    var held: [(peer: PeerID, tried: PeerSet)] = []
    var leases = 0
    var agrees = true
    var disagreement = ""

    init(method: BalancingMethod, peers count: Int, seed: UInt64) {
        random = SeededGenerator(seed: seed)
        var specs: [PeerSpec] = []
        for _ in 0..<count { specs.append(Self.spec(&random)) }
        var rules = PoolRules(method: method)
        if Bool.random(using: &random) { rules.outliers = OutlierRules(minimum: 5, time: .seconds(3)) }
        linear = PoolMachine(peers: specs, rules: rules, indexedFrom: .max)
        indexed = PoolMachine(peers: specs, rules: rules, indexedFrom: 1)
        members = specs.indices.map { PeerID(index: $0) }
    }

    static func spec(_ random: inout SeededGenerator) -> PeerSpec {
        PeerSpec(
            weight: Int.random(in: 1...4, using: &random), maxConnections: [0, 0, 2, 5].randomElement(using: &random) ?? 0,
            maxFails: Int.random(in: 0...3, using: &random), failTimeout: .seconds(Int.random(in: 1...5, using: &random)),
            isBackup: Int.random(in: 0..<8, using: &random) == 0, isDown: Int.random(in: 0..<12, using: &random) == 0,
            slowStart: .seconds([0, 0, 20].randomElement(using: &random) ?? 0),
            isDraining: Int.random(in: 0..<12, using: &random) == 0, stickyID: [UInt8.random(in: 0..<9, using: &random)])
    }

    mutating func step() {
        let isLull = Int.random(in: 0..<60, using: &random) == 0
        now += .milliseconds(Int.random(in: 0..<(isLull ? 30_000 : 300), using: &random))
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<50: lease(PeerSet())
        case 50..<92: release()
        case 92..<94: add()
        case 94: remove()
        case 95: update()
        case 96..<98: administer()
        default: setHealth()
        }
    }

    private mutating func anyone() -> PeerID? { members.randomElement(using: &random) }
}

extension PoolComparison {
    private mutating func lease(_ tried: PeerSet) {
        let hint: [UInt8] = Int.random(in: 0..<4, using: &random) == 0 ? [UInt8.random(in: 0..<9, using: &random)] : []
        let expected = linear.lease(excluding: tried, now: now, hint: hint)
        let result = indexed.lease(excluding: tried, now: now, hint: hint)
        if result != expected {
            agrees = false
            disagreement = "\(result) instead of \(expected)"
        }
        guard case .use(let peer) = expected else { return }
        leases += 1
        var tried = tried
        tried.insert(peer)
        held.append((peer, tried))
    }

    private mutating func release() {
        guard let place = held.indices.randomElement(using: &random) else { return }
        let (peer, tried) = held.remove(at: place)
        let outcome: PoolMachine.LeaseOutcome = [.succeeded, .succeeded, .failed, .unused].randomElement(using: &random) ?? .unused
        let time = Int.random(in: 0..<200, using: &random) * (1 + peer.index % 5)
        let report = LeaseReport(
            outcome, headerTime: outcome == .unused ? nil : .milliseconds(time), lastByteTime: .milliseconds(2 * time), status: 200)
        linear.released(peer, report, now: now)
        indexed.released(peer, report, now: now)
        if outcome == .failed { lease(tried) }
    }

    private mutating func add() {
        let spec = Self.spec(&random)
        members.append(linear.add(spec, now: now))
        _ = indexed.add(spec, now: now)
    }

    private mutating func remove() {
        guard members.count > 2, let place = members.indices.randomElement(using: &random) else { return }
        let peer = members.remove(at: place)
        linear.remove(peer, now: now)
        indexed.remove(peer, now: now)
    }

    private mutating func update() {
        guard let peer = anyone() else { return }
        let spec = Self.spec(&random)
        linear.update(peer, spec, now: now)
        indexed.update(peer, spec, now: now)
    }

    private mutating func administer() {
        guard let peer = anyone() else { return }
        let administration: PoolMachine.Administration = [.up, .up, .down, .draining].randomElement(using: &random) ?? .up
        linear.set(peer, administration, now: now)
        indexed.set(peer, administration, now: now)
    }

    private mutating func setHealth() {
        guard let peer = anyone() else { return }
        let health: PeerHealth = [.healthy, .healthy, .unhealthy, .checking].randomElement(using: &random) ?? .healthy
        linear.set(peer, health, reason: "", now: now)
        indexed.set(peer, health, reason: "", now: now)
        if linear.snapshots(now: now) != indexed.snapshots(now: now) {
            agrees = false
            disagreement = "snapshots differ"
        }
    }
}
