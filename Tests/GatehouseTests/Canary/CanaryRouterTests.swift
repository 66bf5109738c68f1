import Gatehouse
import GatehousePolicy
import GatehouseRuntime
import GatehouseTestKit
import GatehouseWire
import Testing

@Suite struct CanaryRouterTests {
    private static let rules = CanaryRules(
        steps: [
            .init(share: CanaryShare(clamping: 500), pace: .seconds(60)), .init(share: CanaryShare(clamping: 5000), pace: .seconds(60)),
            .init(share: .all),
        ], judgement: CanaryJudgement(minimumSample: 1, latency: nil))

    private func router() -> CanaryRouter {
        CanaryRouter(name: "shop", CanaryRolloutMachine(Self.rules, now: .origin), origin: .origin)
    }

    private func feed(_ router: CanaryRouter, _ end: CanaryResult.End, count: Int, at second: Int) async -> [CanaryDecision] {
        var decisions: [CanaryDecision] = []
        for _ in 0..<count {
            let now = MonotonicInstant.origin + .seconds(second)
            for result in [CanaryResult(.baseline, .answered(status: 200), time: .zero), CanaryResult(.canary, end, time: .zero)] {
                if let decision = await router.record(result, now: now) { decisions.append(decision) }
            }
        }
        return decisions
    }

    @Test func `the share that requests see follows the rollout`() async {
        let router = router()
        let place = CanaryPlace(value: 1 << 30)
        #expect(router.choose(place: place).variant == .baseline)
        _ = await feed(router, .answered(status: 200), count: 64, at: 1)
        #expect(await router.timePassed(now: .origin + .seconds(59)) == nil)
        #expect(await router.timePassed(now: .origin + .seconds(60))?.kind == .advanced)
        #expect(router.share.hundredths == 5000 && router.stateName == "running")
        #expect(router.choose(place: place).variant == .canary)
        #expect(await router.steer(.hold, now: .origin)?.kind == .held)
        #expect(router.stateName == "holding")
    }

    @Test func `a canary that fails is back at nothing with the request that tells`() async {
        let router = router()
        _ = await feed(router, .answered(status: 200), count: 64, at: 1)
        let decisions = await feed(router, .reset, count: 64, at: 2)
        #expect(decisions.map(\.kind) == [.rolledBack])
        #expect(router.share == .none && router.stateName == "rolled_back")
    }

    @Test func `a new configuration moves the share and keeps the rest`() async {
        let router = router()
        _ = await feed(router, .answered(status: 200), count: 64, at: 1)
        #expect(await router.configured(Self.rules, failures: CanaryFailures(), now: .origin) == nil)
        var other = Self.rules
        other.steps[0].share = CanaryShare(clamping: 700)
        #expect(await router.configured(other, failures: CanaryFailures(), now: .origin)?.kind == .changed)
        #expect(router.share.hundredths == 700)
        #expect(await router.status(now: .origin).contains { $0.contains("canary 0 of 64") })
    }

    @Test func `the journal replays what was decided`() async throws {
        let lines = Lines()
        let router = router()
        await router.keepJournal(CanaryJournalFile(path: "a") { lines.add($0) }, now: .origin)
        #expect(await router.keepsJournal("a"))
        _ = await feed(router, .answered(status: 200), count: 64, at: 1)
        let passed = await router.timePassed(now: .origin + .seconds(61))
        let failed = await feed(router, .timeout, count: 64, at: 62)
        let decisions = try CanaryJournal.replay(lines.all)
        #expect(decisions == [passed].compactMap { $0 } + failed)
        #expect(decisions.map(\.kind) == [.advanced, .rolledBack])
    }

    @Test func `another journal begins with how the rollout stands`() async throws {
        let router = router()
        _ = await feed(router, .answered(status: 200), count: 64, at: 1)
        _ = await router.timePassed(now: .origin + .seconds(61))
        let lines = Lines()
        await router.keepJournal(CanaryJournalFile(path: "b") { lines.add($0) }, now: .origin + .seconds(70))
        let failed = await feed(router, .timeout, count: 64, at: 75)
        #expect(try CanaryJournal.replay(lines.all) == failed && failed.map(\.kind) == [.rolledBack])
        await router.keepJournal(nil, now: .origin + .seconds(80))
        #expect(await router.steer(.promote(entirely: false), now: .origin + .seconds(81)) != nil)
        #expect(await router.keepsJournal(nil) && lines.all.last == CanaryJournal.line(failed[0]))
    }

    @Test func `what a file keeps counts once, when the process begins to serve`() async {
        let router = router()
        var kept = CanaryRolloutMachine(Self.rules, now: .origin)
        _ = kept.handle(.rollBack, now: .origin)
        #expect(await router.begin(with: kept) && router.stateName == "rolled_back" && router.share == .none)
        #expect(await !router.begin(with: CanaryRolloutMachine(Self.rules, now: .origin)) && router.stateName == "rolled_back")
    }

    @Test func `the status tells step, time, numbers and history`() async {
        let router = router()
        _ = await feed(router, .answered(status: 200), count: 64, at: 1)
        _ = await router.timePassed(now: .origin + .seconds(60))
        let lines = await router.status(now: .origin + .seconds(70))
        #expect(lines[0] == "shop: running at 50%, step 2 of 3, 50 s left")
        #expect(lines[1] == "  0 of at least 1 results in this step")
        #expect(lines.last?.hasPrefix("  10 s ago: advanced 5% -> 50%: no worse in step 1 of 3") == true)
    }

    @Test func `an embedder tells results and time, and hears what follows`() async {
        let clock = ManualClock()
        let router = CanaryRouter(
            name: "shop", steps: [.init(percent: 50, pace: .seconds(60)), .init(percent: 100)], rules: .init(sample: 1, quantile: nil),
            clock: clock)
        let users = (0..<1000).map { "user\($0)" }
        #expect((450...550).contains(users.count { router.variant(for: $0) == .canary }))
        for user in users { await router.record(router.variant(for: user), failed: false, time: .zero) }
        #expect(await router.timePassed() == nil)
        clock.advance(by: .seconds(60))
        let decision = await router.timePassed()
        #expect(decision?.from == 50 && decision?.to == 100)
        #expect(decision?.description.hasPrefix("promoted 50% -> 100%: no worse in step 1 of 2") == true)
        #expect(await router.rollBack()?.to == 0)
        #expect(router.percent == 0 && router.variant(for: "user1") == .baseline)
    }

    @Test func `results from many tasks are all counted`() async {
        let router = router()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { _ = await feed(router, .answered(status: 200), count: 40, at: 1) } }
        }
        _ = await router.timePassed(now: .origin + .seconds(2))
        #expect(await router.status(now: .origin).contains { $0.contains("canary 0 of 320") && $0.contains("baseline 0 of 320") })
    }
}

/// Lines that an actor told.
private final class Lines: Sendable {
    private let lines = Lock([String]())
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}
