import GatehousePolicy
import GatehouseWire
import Testing

private let (a, b, c) = (PeerID(index: 0), PeerID(index: 1), PeerID(index: 2))

private func machine(_ rules: OutlierRules = OutlierRules(), peers: Int = 3) -> OutlierMachine {
    var machine = OutlierMachine(rules: rules)
    for index in 0..<peers { machine.peerAdded(PeerID(index: index)) }
    return machine
}

extension OutlierMachine {
    /// Several requests with the same result; the first verdict that says something.
    fileprivate mutating func observe(
        _ peer: PeerID, _ times: Int, failed: Bool = false, time: Duration = .milliseconds(20), now: MonotonicInstant = start
    ) -> Verdict {
        for _ in 0..<times {
            let verdict = observed(peer, failed: failed, time: time, now: now)
            if verdict != .none { return verdict }
        }
        return .none
    }
}

@Suite struct OutlierMachineTests {
    @Test func `a peer whose requests fail is ejected, with the figures in the reason`() {
        var outliers = machine()
        #expect(outliers.observe(b, 100) == .none)
        #expect(outliers.observe(a, 10) == .none)
        #expect(
            outliers.observe(a, 10, failed: true) == .ejected(until: start + .seconds(30), reason: "10 of 20 requests failed"))
        #expect(!outliers.permits(a, now: start) && outliers.permits(b, now: start))
    }

    @Test func `too few requests say nothing`() {
        var outliers = machine()
        #expect(outliers.observe(a, 19, failed: true) == .none)
    }

    @Test func `old requests are forgotten`() {
        var outliers = machine()
        #expect(outliers.observe(a, 19, failed: true) == .none)
        #expect(outliers.observe(a, 1, failed: true, now: start + .seconds(11)) == .none)
    }

    @Test func `trouble that all peers have is held against none`() {
        var outliers = machine()
        for _ in 0..<200 {
            for peer in [a, b, c] { #expect(outliers.observe(peer, 1, failed: true) == .none) }
        }
    }

    @Test func `a peer three times as slow as the median is ejected`() {
        var outliers = machine(OutlierRules(errors: 0, slow: 300))
        #expect(outliers.observe(a, 50) == .none)
        #expect(outliers.observe(b, 50, time: .milliseconds(30)) == .none)
        let verdict = outliers.observe(c, 100, time: .milliseconds(100), now: start + .seconds(1))
        #expect(
            verdict == .ejected(until: start + .seconds(31), reason: "response time 99ms, the group's median is 29ms"))
    }

    @Test func `one slow answer among many and differences of a few milliseconds eject nobody`() {
        var outliers = machine(OutlierRules(errors: 0, slow: 300))
        for round in 0..<100 {
            let now = start + .milliseconds(20 * round)
            #expect(outliers.observe(a, 1, time: .microseconds(300), now: now) == .none)
            #expect(outliers.observe(b, 1, time: .microseconds(400), now: now) == .none)
            #expect(outliers.observe(c, 1, time: round % 10 == 0 ? .seconds(1) : .milliseconds(2), now: now) == .none)
        }
    }

    @Test(arguments: [(1, 30, 0), (2, 30, 1), (3, 30, 1), (10, 30, 3), (10, 100, 9), (10, 1, 1)])
    func `only a share of the peers is ejected at once, and never the last`(peers: Int, share: Int, most: Int) {
        var outliers = machine(OutlierRules(mostEjected: share), peers: peers)
        for round in 0..<peers {
            let now = start + .seconds(100 * round)
            for index in 0..<peers where index != round { _ = outliers.observe(PeerID(index: index), 30, now: now) }
            _ = outliers.observe(PeerID(index: round), 30, failed: true, now: now)
        }
        #expect(outliers.ejectedCount == most)
    }

    @Test func `after its time one live request tries the peer, and a success brings it back`() {
        var outliers = machine()
        _ = outliers.observe(a, 20, failed: true)
        let later = start + .seconds(30)
        #expect(outliers.permits(a, now: later))
        outliers.leased(a, now: later)
        #expect(!outliers.permits(a, now: later + .seconds(1)))
        #expect(outliers.observe(a, 1, now: later + .seconds(1)) == .restored)
        #expect(outliers.permits(a, now: later + .seconds(1)) && outliers.ejectedCount == 0)
    }

    @Test func `ejections of a peer that does not recover get longer, up to ten times`() {
        var outliers = machine()
        var now = start
        var times: [Duration] = []
        var verdict = outliers.observe(a, 20, failed: true)
        for _ in 0..<6 {
            guard case .ejected(let until, _) = verdict else { return #expect(Bool(false), "no ejection") }
            times.append(until - now)
            now = until
            outliers.leased(a, now: now)
            verdict = outliers.observe(a, 1, failed: true, now: now)
        }
        #expect(times == [30, 60, 120, 240, 300, 300].map { .seconds($0) })
    }

    @Test func `time in service pays for earlier ejections`() {
        var outliers = machine()
        _ = outliers.observe(a, 20, failed: true)
        outliers.leased(a, now: start + .seconds(30))
        #expect(outliers.observe(a, 1, now: start + .seconds(30)) == .restored)
        #expect(
            outliers.observe(a, 20, failed: true, now: start + .seconds(100))
                == .ejected(until: start + .seconds(130), reason: "20 of 20 requests failed"))
    }

    @Test func `a probe that was never sent is given back`() {
        var outliers = machine()
        _ = outliers.observe(a, 20, failed: true)
        outliers.leased(a, now: start + .seconds(30))
        outliers.unused(a, now: start + .seconds(30))
        #expect(outliers.permits(a, now: start + .seconds(30)))
    }

    @Test func `a request that a peer gets for want of another is no probe`() {
        var outliers = machine()
        _ = outliers.observe(a, 20, failed: true)
        outliers.leased(a, now: start + .seconds(1))
        #expect(outliers.observe(a, 1, now: start + .seconds(1)) == .none)
        #expect(outliers.isEjected(a) && outliers.permits(a, now: start + .seconds(30)))
    }

    @Test func `a removed peer leaves nothing behind`() {
        var outliers = machine()
        _ = outliers.observe(a, 20, failed: true)
        outliers.peerRemoved(a)
        #expect(outliers.ejectedCount == 0 && outliers.permits(a, now: start))
        outliers.peerAdded(a)
        #expect(outliers.observe(a, 19, failed: true) == .none)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `whatever happens, the cap holds and one probe at a time is under way`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let rules = OutlierRules(errors: 30, slow: 200, minimum: 5, mostEjected: 40, window: .seconds(5), time: .seconds(5))
        var outliers = machine(rules, peers: 8)
        var now = start
        var probing: [Int: MonotonicInstant] = [:]
        for _ in 0..<5000 {
            now += .milliseconds(Int.random(in: 0..<100, using: &generator))
            let peer = PeerID(index: Int.random(in: 0..<8, using: &generator))
            guard outliers.permits(peer, now: now) else { continue }
            if outliers.isEjected(peer) {
                if let since = probing[peer.index] { #expect(now - since >= rules.time) }
                outliers.leased(peer, now: now)
                probing[peer.index] = now
                // Most probes end later than others start.
                if Bool.random(using: &generator) { continue }
            }
            let isBad = peer.index < 4
            let failed = isBad && Int.random(in: 0..<2, using: &generator) == 0
            let time = Duration.milliseconds(isBad ? 100 : 20)
            if outliers.observed(peer, failed: failed, time: time, now: now) != .none { probing[peer.index] = nil }
            #expect(outliers.ejectedCount <= rules.mostEjected(of: 8))
            #expect(outliers.ejectedCount == (0..<8).count { outliers.isEjected(PeerID(index: $0)) })
        }
        #expect((4..<8).allSatisfy { !outliers.isEjected(PeerID(index: $0)) })
    }
}
