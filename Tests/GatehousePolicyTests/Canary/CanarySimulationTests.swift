import GatehousePolicy
import GatehouseWire
import Testing

/// A small version of `gatehouse-bench --canary-simulation`.
@Suite struct CanarySimulationTests {
    static let rules = CanaryRules(steps: [
        .init(share: CanaryShare(clamping: 2000), pace: .seconds(60)), .init(share: CanaryShare(clamping: 5000), pace: .seconds(60)),
        .init(share: .all),
    ])

    func outcomes(_ count: Int, canary: CanarySimulation.Version, onset: Duration = .zero) -> [CanarySimulation.Outcome] {
        var simulation = CanarySimulation(rules: Self.rules, canary: canary, onset: onset)
        // A rollout that is to end badly has the time for it.
        if canary != .init() { simulation.rules.steps[0].pace = .seconds(3600) }
        return (0..<count).map { simulation.run(seed: UInt64($0)) }
    }

    @Test func `a version that is no worse is promoted`() {
        let outcomes = outcomes(20, canary: .init())
        #expect(outcomes.allSatisfy { $0.state == .promoted })
        #expect(outcomes.allSatisfy { $0.lasted >= .seconds(120) && $0.lasted < .seconds(180) })
    }

    @Test(arguments: [
        (CanarySimulation.Version(failing: 0.06), 600), (.init(failing: 1), 30), (.init(slowness: 2), 1000),
        (.init(slowness: 4, slowShare: 0.25), 600),
    ])
    func `a version that is worse is back at nothing after so many of its requests`(version: CanarySimulation.Version, most: Int) {
        let outcomes = outcomes(10, canary: version)
        #expect(outcomes.allSatisfy { $0.state == .rolledBack })
        #expect(outcomes.allSatisfy { $0.badRequests <= most })
    }

    @Test func `a version that becomes worse later is found as well`() {
        let outcomes = outcomes(10, canary: .init(failing: 0.2), onset: .seconds(70))
        #expect(outcomes.allSatisfy { $0.state == .rolledBack && $0.badRequests < 300 })
    }

    @Test func `days pass in milliseconds`() {
        let day = Duration.seconds(86400)
        let rules = CanaryRules(steps: [
            .init(share: CanaryShare(clamping: 100), pace: day * 2), .init(share: CanaryShare(clamping: 5000), pace: day),
            .init(share: .all),
        ])
        var machine = CanaryRolloutMachine(rules, now: .origin)
        var now = MonotonicInstant.origin
        var kinds: [CanaryDecision.Kind] = []
        while machine.state != .promoted && now < .origin + day * 9 {
            now += .seconds(3600)
            var block = CanaryBlock()
            (block.baseline, block.canary) = (CanaryTally(990, bad: 10), CanaryTally(10))
            let decisions = [machine.blockClosed(block, now: now), machine.timePassed(now: now)]
            kinds += decisions.compactMap { $0?.kind }
        }
        #expect(now == .origin + day * 3)
        #expect(kinds == [.advanced, .promoted])
    }

    // MARK: Replay

    @Test(arguments: [CanarySimulation.Version(), .init(failing: 0.1), .init(slowness: 3)])
    func `every verdict follows from its journal`(version: CanarySimulation.Version) throws {
        var simulation = CanarySimulation(rules: Self.rules, canary: version)
        simulation.keepsJournal = true
        for seed in 0..<3 {
            let outcome = simulation.run(seed: UInt64(seed))
            let decisions = try CanaryJournal.replay(outcome.journal)
            #expect(decisions.map { CanaryJournal.line($0) } == outcome.journal.filter { $0.hasPrefix("= ") })
            #expect(!decisions.isEmpty)
        }
    }

    @Test func `a process that was started again goes on in its journal`() throws {
        var simulation = CanarySimulation(rules: Self.rules, canary: .init())
        simulation.keepsJournal = true
        var machine = CanaryRolloutMachine(Self.rules, now: .origin)
        let first = Array(simulation.run(seed: 3).journal.prefix(60))
        for line in first where line.contains("block") {
            let parts = line.split(separator: " ", maxSplits: 1)
            let event = try #require(CanaryEvent(String(parts[1])))
            _ = machine.handle(event, now: .origin + .nanoseconds(try #require(Int64(parts[0]))))
        }
        let later = MonotonicInstant.origin + .seconds(50)
        let bad = try #require(CanaryEvent("block 100/0 60/60 0/0 0/0"))
        let journal = first + [CanaryJournal.opening(machine, now: later), "1000 \(bad.text)"]
        let failed = machine.handle(bad, now: later + .nanoseconds(1000))
        let decision = try #require(failed)
        let decisions = try CanaryJournal.replay(journal + [CanaryJournal.line(decision)])
        #expect(decisions.last == decision && decision.kind == .rolledBack)
        #expect(journal[first.count].hasPrefix("0 state rules "))
    }

    @Test func `a journal that was changed is found out`() throws {
        var simulation = CanarySimulation(rules: Self.rules, canary: .init(failing: 0.5))
        simulation.keepsJournal = true
        var lines = simulation.run(seed: 1).journal
        let place = try #require(lines.lastIndex { $0.contains(" block ") })
        lines.remove(at: place)
        #expect(throws: CanaryJournal.ReplayError.self) { try CanaryJournal.replay(lines) }
    }

    @Test(arguments: [nil, CanaryJudgement.Latency(quantile: 9990, tolerance: 10), CanaryJudgement.Latency(includesBody: true)])
    func `rules survive the way through a journal`(latency: CanaryJudgement.Latency?) throws {
        var rules = Self.rules
        rules.judgement.latency = latency
        #expect(CanaryEvent(CanaryEvent.rulesChanged(rules).text) == .rulesChanged(rules))
    }

    @Test(arguments: [
        "0 block 1/0 1/0 0/0", "0 block 1/2 1/0 0/0 0/0", "0 promote everything", "x hold", "0", "0 rules steps=5", "= held", "0 hold",
    ])
    func `what is no journal is refused with its line`(line: String) {
        #expect(throws: CanaryJournal.ReplayError.self) { try CanaryJournal.replay([line]) }
    }
}
