import GatehousePolicy
import GatehouseWire
import Testing

/// A group under check with its clock: probes are answered at once by `answer`.
private struct CheckedGroup {
    var machine: HealthCheckMachine
    var generator = SeededGenerator(seed: 7)
    var now = start
    var members: [HealthCheckMachine.MemberID] = []
    /// When which peer was probed.
    var probes: [(peer: Int, at: Duration)] = []
    var transitions: [HealthCheckMachine.Transition] = []

    init(_ checks: HealthCheckRules..., peers: Int = 1, known: PeerHealth? = nil) {
        machine = HealthCheckMachine(checks: checks)
        for index in 0..<peers {
            members.append(machine.peerAdded(PeerID(index: index), known: known, now: now, using: &generator))
        }
    }

    /// The first probe that is due at any peer, or when the first will be.
    mutating func next() -> HealthCheckMachine.Order {
        var first = MonotonicInstant.distantFuture
        for member in members {
            switch machine.nextProbe(of: member, now: now, using: &generator) {
            case .probe(let probe): return .probe(probe)
            case .wait(let until): first = min(first, until)
            case .stop: break
            }
        }
        return .wait(until: first)
    }

    func health(_ index: Int = 0) -> PeerHealth { machine.health(of: members[index]) }

    mutating func run(for duration: Duration, answer: (HealthCheckMachine.Probe) -> Bool = { _ in true }) {
        let limit = now + duration
        while true {
            switch next() {
            case .probe(let probe):
                probes.append((members.firstIndex(of: probe.member) ?? -1, now - start))
                end(probe, passed: answer(probe))
            case .wait(let until):
                now = min(until, limit)
                if until > limit { return }
            case .stop: return
            }
        }
    }

    mutating func end(_ probe: HealthCheckMachine.Probe, passed: Bool) {
        let transition = passed ? machine.probePassed(probe) : machine.probeFailed(probe, reason: "no answer")
        if let transition { transitions.append(transition) }
    }

    /// The peer's health after the results given, `+` for a pass and `-` for a failure.
    mutating func health(after results: String) -> PeerHealth {
        var left = Array(results)
        while !left.isEmpty {
            switch next() {
            case .probe(let probe): end(probe, passed: left.removeFirst() == "+")
            case .wait(let until): now = until
            case .stop: return .unchecked
            }
        }
        return health()
    }
}

@Suite struct HealthCheckMachineTests {
    @Test(arguments: [
        (HealthCheckRules(), "", PeerHealth.unchecked),
        (HealthCheckRules(), "+", .healthy),
        (HealthCheckRules(), "-", .unhealthy),
        (HealthCheckRules(fails: 3), "--", .unchecked),
        (HealthCheckRules(fails: 3), "--+--", .healthy),
        (HealthCheckRules(fails: 3), "---", .unhealthy),
        (HealthCheckRules(passes: 2), "-+", .unhealthy),
        (HealthCheckRules(passes: 2), "-+-+", .unhealthy),
        (HealthCheckRules(passes: 2), "-++", .healthy),
        (HealthCheckRules(isMandatory: true), "", .checking),
        (HealthCheckRules(fails: 2, isMandatory: true), "-", .checking),
        (HealthCheckRules(passes: 2, isMandatory: true), "+", .checking),
        (HealthCheckRules(passes: 2, isMandatory: true), "++", .healthy),
        (HealthCheckRules(isMandatory: true), "-", .unhealthy),
    ])
    func `results in a row change a peer's health`(rules: HealthCheckRules, results: String, expected: PeerHealth) {
        var group = CheckedGroup(rules)
        #expect(group.health(after: results) == expected)
    }

    @Test(arguments: [
        (HealthCheckRules(isMandatory: true, isPersistent: true), PeerHealth.healthy, PeerHealth.healthy),
        (HealthCheckRules(isMandatory: true, isPersistent: true), .unhealthy, .unhealthy),
        (HealthCheckRules(isMandatory: true, isPersistent: true), .checking, .checking),
        (HealthCheckRules(isMandatory: true), .healthy, .checking),
        (HealthCheckRules(), .unhealthy, .unchecked),
    ])
    func `persistent health outlives a reload`(rules: HealthCheckRules, known: PeerHealth, expected: PeerHealth) {
        let group = CheckedGroup(rules, known: known)
        #expect(group.health() == expected)
    }

    @Test func `a transition says from what, to what and why`() {
        var group = CheckedGroup(HealthCheckRules(fails: 2, passes: 2))
        _ = group.health(after: "--++")
        let peer = PeerID(index: 0)
        #expect(
            group.transitions == [
                .init(peer: peer, from: .unchecked, to: .unhealthy, reason: "2 health checks in a row failed, the last: no answer"),
                .init(peer: peer, from: .unhealthy, to: .healthy, reason: "2 health checks in a row passed"),
            ])
    }

    @Test func `probes of ten peers spread over the interval and keep to it`() {
        var group = CheckedGroup(HealthCheckRules(interval: .seconds(10)), peers: 10)
        group.run(for: .seconds(100))
        #expect((100...101).contains(group.probes.count))
        for second in 1..<100 {
            let near = group.probes.count { $0.at >= .seconds(second - 1) && $0.at < .seconds(second) }
            #expect(near <= 2)
        }
        let times = group.probes.filter { $0.peer == 3 }.map(\.at)
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == .seconds(10) })
    }

    @Test func `peers that nobody may use yet are all probed within a tenth of the interval`() {
        var group = CheckedGroup(HealthCheckRules(interval: .seconds(10), isMandatory: true), peers: 10)
        group.run(for: .seconds(1))
        #expect(Set(group.probes.map(\.peer)) == Set(0..<10))
    }

    @Test func `jitter delays each probe by another time`() {
        var group = CheckedGroup(HealthCheckRules(interval: .seconds(5), jitter: .seconds(2)))
        group.run(for: .seconds(100))
        let late = group.probes.enumerated().map { $1.at - .seconds(5) * $0 }
        #expect(late.allSatisfy { $0 >= .zero && $0 <= .seconds(2) })
        #expect(Set(late).count > 15)
    }

    @Test func `a peer has one probe at a time, and the next comes when that is over`() {
        var group = CheckedGroup(HealthCheckRules(interval: .seconds(5)), HealthCheckRules(interval: .seconds(5)))
        guard case .probe(let first) = group.next() else { return #expect(Bool(false), "no first probe") }
        group.now += .seconds(60)
        #expect(group.next() == .wait(until: .distantFuture))
        group.end(first, passed: true)
        guard case .probe(let second) = group.next() else { return #expect(Bool(false), "no second probe") }
        #expect(second.check != first.check)
    }

    @Test func `a peer is healthy only when every check says so`() {
        var group = CheckedGroup(HealthCheckRules(), HealthCheckRules())
        group.run(for: .seconds(20)) { $0.check == 0 }
        #expect(group.health() == .unhealthy)
        group.run(for: .seconds(20))
        #expect(group.health() == .healthy)
        #expect(group.transitions.map(\.to) == [.unhealthy, .healthy])
    }

    @Test func `the result of a probe of a removed peer counts for nobody`() {
        var group = CheckedGroup(HealthCheckRules())
        guard case .probe(let probe) = group.next() else { return #expect(Bool(false), "no probe") }
        group.machine.peerRemoved(probe.member)
        let successor = group.machine.peerAdded(PeerID(index: 0), now: group.now, using: &group.generator)
        #expect(group.machine.probeFailed(probe, reason: "no answer") == nil)
        #expect(group.machine.health(of: successor) == .unchecked)
        #expect(group.machine.nextProbe(of: probe.member, now: group.now, using: &group.generator) == .stop)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `whatever happens, no peer has two probes and none is forgotten`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var machine = HealthCheckMachine(checks: [.init(interval: .seconds(2), jitter: .milliseconds(500)), .init(interval: .seconds(3))])
        var now = start
        var idle: [HealthCheckMachine.MemberID: MonotonicInstant] = [:]
        var running: [HealthCheckMachine.Probe] = []
        for _ in 0..<3000 {
            switch Int.random(in: 0..<8, using: &generator) {
            case 0 where idle.count + running.count < 12:
                idle[machine.peerAdded(PeerID(index: 0), now: now, using: &generator)] = now
            case 1 where idle.count > 6:
                guard let member = idle.keys.min(by: { "\($0)" < "\($1)" }) else { continue }
                idle[member] = nil
                machine.peerRemoved(member)
                #expect(machine.nextProbe(of: member, now: now, using: &generator) == .stop)
            case 2, 3:
                guard !running.isEmpty else { continue }
                let probe = running.remove(at: Int.random(in: 0..<running.count, using: &generator))
                let passed = Bool.random(using: &generator)
                _ = passed ? machine.probePassed(probe) : machine.probeFailed(probe, reason: "")
                idle[probe.member] = now
            default:
                for probe in running {
                    #expect(machine.nextProbe(of: probe.member, now: now, using: &generator) == .wait(until: .distantFuture))
                }
                guard let member = idle.keys.min(by: { "\($0)" < "\($1)" }), let since = idle[member] else { continue }
                switch machine.nextProbe(of: member, now: now, using: &generator) {
                case .probe(let probe):
                    idle[member] = nil
                    running.append(probe)
                case .wait(let until):
                    #expect(until > now && until - since <= .milliseconds(2500))
                    now = until
                case .stop: Issue.record("a member is unknown")
                }
            }
        }
    }
}
