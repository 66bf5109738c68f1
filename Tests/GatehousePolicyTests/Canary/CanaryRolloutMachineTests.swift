import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct CanaryRolloutMachineTests {
    typealias Machine = CanaryRolloutMachine
    typealias Rules = CanaryRules

    static let steps: [Rules.Step] = [
        .init(share: CanaryShare(clamping: 500), pace: .seconds(600)), .init(share: CanaryShare(clamping: 2000), pace: .seconds(600)),
        .init(share: .all),
    ]
    /// As many results as a step needs, all good.
    static let good = block(baseline: (400, 0), canary: (100, 0))
    /// Half as many.
    static let few = block(baseline: (400, 0), canary: (50, 0))
    /// So many failures that nothing else is needed.
    static let bad = block(baseline: (400, 0), canary: (60, 60))

    static func block(baseline: (Int, Int), canary: (Int, Int)) -> CanaryBlock {
        var block = CanaryBlock()
        block.baseline = CanaryTally(baseline.0, bad: baseline.1)
        block.canary = CanaryTally(canary.0, bad: canary.1)
        return block
    }

    func rules(_ change: (inout Rules) -> Void = { _ in }) -> Rules {
        var rules = Rules(steps: Self.steps, judgement: CanaryJudgement(latency: nil))
        change(&rules)
        return rules
    }

    /// A machine that has lived through some events, each a minute after the one before.
    func machine(_ rules: Rules, after events: [CanaryEvent] = []) -> (machine: Machine, now: MonotonicInstant) {
        var machine = Machine(rules, now: start)
        var now = start
        for event in events {
            now += .seconds(60)
            _ = machine.handle(event, now: now)
        }
        return (machine, now)
    }

    enum Situation: CaseIterable, Sendable {
        case first, second, waiting, held, heldAfterSuccess, steppedBack, promoted, rolledBack

        var events: [CanaryEvent] {
            switch self {
            case .first: [.blockClosed(good)]
            case .second, .heldAfterSuccess: [.blockClosed(good), .promote(entirely: false)]
            case .waiting: [.blockClosed(few)] + Array(repeating: .timePassed, count: 9)
            case .held: [.blockClosed(good), .promote(entirely: false), .hold]
            case .steppedBack: [.blockClosed(good), .promote(entirely: false), .blockClosed(bad)]
            case .promoted: [.promote(entirely: true)]
            case .rolledBack: [.rollBack]
            }
        }
    }

    /// What each event leads to from each state: the decision, the share after it and the state's name.
    static let transitions: [(Situation, CanaryEvent, CanaryDecision.Kind?, Int, String)] = [
        (.first, .timePassed, nil, 500, "running"),
        (.first, .blockClosed(good), nil, 500, "running"),
        (.first, .blockClosed(bad), .rolledBack, 0, "rolled_back"),
        (.first, .promote(entirely: false), .advanced, 2000, "running"),
        (.first, .promote(entirely: true), .promoted, 10000, "promoted"),
        (.first, .hold, .held, 500, "holding"),
        (.first, .rollBack, .rolledBack, 0, "rolled_back"),
        (.second, .blockClosed(bad), .rolledBack, 0, "rolled_back"),
        (.second, .promote(entirely: false), .promoted, 10000, "promoted"),
        (.waiting, .timePassed, nil, 500, "waiting"),
        (.waiting, .blockClosed(good), .advanced, 2000, "running"),
        (.waiting, .blockClosed(bad), .rolledBack, 0, "rolled_back"),
        (.waiting, .hold, .held, 500, "holding"),
        (.waiting, .promote(entirely: false), .advanced, 2000, "running"),
        (.waiting, .rollBack, .rolledBack, 0, "rolled_back"),
        (.held, .timePassed, nil, 2000, "holding"),
        (.held, .hold, nil, 2000, "holding"),
        (.held, .blockClosed(good), nil, 2000, "holding"),
        (.held, .blockClosed(bad), .rolledBack, 0, "rolled_back"),
        (.held, .promote(entirely: false), .promoted, 10000, "promoted"),
        (.held, .rollBack, .rolledBack, 0, "rolled_back"),
        (.promoted, .timePassed, nil, 10000, "promoted"),
        (.promoted, .blockClosed(bad), nil, 10000, "promoted"),
        (.promoted, .promote(entirely: false), nil, 10000, "promoted"),
        (.promoted, .promote(entirely: true), nil, 10000, "promoted"),
        (.promoted, .hold, nil, 10000, "promoted"),
        (.promoted, .rollBack, .rolledBack, 0, "rolled_back"),
        (.rolledBack, .timePassed, nil, 0, "rolled_back"),
        (.rolledBack, .blockClosed(bad), nil, 0, "rolled_back"),
        (.rolledBack, .hold, nil, 0, "rolled_back"),
        (.rolledBack, .rollBack, nil, 0, "rolled_back"),
        (.rolledBack, .promote(entirely: false), .started, 500, "running"),
        (.rolledBack, .promote(entirely: true), .promoted, 10000, "promoted"),
    ]

    @Test(arguments: transitions)
    func `each event leads from each state to one other`(
        from: Situation, event: CanaryEvent, kind: CanaryDecision.Kind?, share: Int, state: String
    ) {
        var (machine, now) = machine(rules(), after: from.events)
        let before = machine.share
        let decision = machine.handle(event, now: now)
        #expect(decision?.kind == kind)
        #expect(machine.share.hundredths == share)
        #expect(machine.stateName == state)
        if let decision { #expect(decision.from == before && decision.to == machine.share) }
    }

    @Test func `a step ends with its pace and not before`() {
        var (machine, _) = machine(rules(), after: [.blockClosed(Self.good)])
        #expect(machine.deadline == start + .seconds(600))
        #expect(machine.timePassed(now: start + .milliseconds(599_999)) == nil)
        #expect(machine.timePassed(now: start + .seconds(600))?.kind == .advanced)
        #expect(machine.deadline == start + .seconds(1200))
    }

    @Test func `too little traffic is said once, and the rollout goes on with the sample`() {
        var (machine, now) = machine(rules(), after: [])
        now += .seconds(600)
        let waiting = machine.timePassed(now: now)
        #expect(waiting?.kind == .waiting)
        #expect(waiting?.reason == "too little traffic: 0 of at least 100 results")
        #expect(machine.deadline == nil)
        #expect(machine.blockClosed(Self.block(baseline: (400, 0), canary: (99, 0)), now: now) == nil)
        #expect(machine.blockClosed(Self.block(baseline: (4, 0), canary: (1, 0)), now: now)?.kind == .advanced)
    }

    @Test func `each step needs its own sample`() {
        var (machine, now) = machine(rules(), after: [.blockClosed(Self.good), .promote(entirely: false)])
        #expect(machine.sample == 0)
        now += .seconds(600)
        #expect(machine.timePassed(now: now)?.kind == .waiting)
    }

    @Test func `success waits for a person where that is asked for`() {
        var (machine, _) = machine(rules { $0.onSuccess = .hold }, after: [.blockClosed(Self.good)])
        #expect(machine.timePassed(now: start + .seconds(600))?.kind == .held)
        #expect(machine.state == .holding(step: 0, .success))
        #expect(machine.promote(now: start + .seconds(7000))?.kind == .advanced)
        #expect(machine.deadline == start + .seconds(7600))
    }

    @Test func `a failure steps back, waits there, and ends at nothing`() {
        var (machine, now) = machine(rules { $0.onFailure = .stepBack }, after: Situation.steppedBack.events)
        #expect(machine.state == .holding(step: 0, .failure))
        #expect(machine.judge.total == CanaryBlock())
        #expect(machine.blockClosed(Self.bad, now: now)?.kind == .rolledBack)
        #expect(machine.share == .none)
    }

    @Test func `a last step below everything is kept`() {
        var (machine, _) = machine(rules { $0.steps = [Self.steps[0]] }, after: [.blockClosed(Self.good)])
        #expect(machine.timePassed(now: start + .seconds(600))?.kind == .held)
        #expect(machine.promote(now: start + .seconds(601)) == nil)
        #expect(machine.promote(entirely: true, now: start + .seconds(601))?.kind == .promoted)
    }

    @Test func `a share without pace never moves by itself, and is judged`() {
        var (machine, now) = machine(rules { $0.steps = [.init(share: CanaryShare(clamping: 500))] }, after: [.blockClosed(Self.good)])
        #expect(machine.deadline == nil)
        #expect(machine.timePassed(now: .distantFuture) == nil)
        #expect(machine.blockClosed(Self.bad, now: now)?.kind == .rolledBack)
    }

    @Test func `the decision shows the numbers it was made with`() {
        var (machine, now) = machine(rules(), after: [.blockClosed(Self.good)])
        let numbers = "errors: canary 60 of 160 (37.5%), baseline 0 of 800 (0%), evidence over 1000000; needed 200"
        #expect(machine.blockClosed(Self.bad, now: now)?.reason == "the canary fails more often; \(numbers)")
    }

    // MARK: A new configuration

    @Test func `other rules keep the place of the rollout`() {
        var (machine, now) = machine(rules(), after: Situation.second.events)
        let other = rules { $0.judgement.minimumSample = 7 }
        #expect(machine.rulesChanged(other, now: now + .seconds(5))?.kind == .changed)
        #expect(machine.state == .running(step: 1, since: now, isWaiting: false))
        #expect(machine.rulesChanged(other, now: now + .seconds(9)) == nil)
    }

    @Test(arguments: [
        ([(2500, 600), (5000, 600)], 2500), ([(100, 600), (1000, 600), (5000, 600)], 1000), ([(500, 600), (2000, 60), (5000, 600)], 2000),
        ([(10000, 0)], 10000),
    ])
    func `other steps lead to the last that is no larger`(steps: [(Int, Int)], share: Int) {
        var (machine, now) = machine(rules(), after: Situation.second.events)
        let new = steps.map { Rules.Step(share: CanaryShare(clamping: $0.0), pace: .seconds($0.1)) }
        #expect(machine.rulesChanged(rules { $0.steps = new }, now: now)?.to.hundredths == share)
        #expect(machine.share.hundredths == share)
    }

    @Test(arguments: [Situation.promoted, .rolledBack])
    func `what has ended stays ended`(situation: Situation) {
        var (machine, now) = machine(rules(), after: situation.events)
        let before = machine.state
        _ = machine.rulesChanged(rules { $0.steps[0].share = CanaryShare(clamping: 700) }, now: now)
        #expect(machine.state == before)
    }

    // MARK: State in a file

    @Test(arguments: Situation.allCases)
    func `a rollout goes on from its lines as if nothing had been`(situation: Situation) throws {
        let (machine, now) = machine(rules { $0.onFailure = .stepBack }, after: situation.events)
        let later = MonotonicInstant(nanoseconds: 77)
        let restored = try #require(Machine(stateLines: machine.stateLines(now: now), now: later))
        #expect(restored.stateLines(now: later) == machine.stateLines(now: now))
        #expect(restored.judge == machine.judge)
        #expect(restored.share == machine.share)
        #expect(restored.deadline.map { $0 - later } == machine.deadline.map { $0 - now })
    }

    @Test func `lines that were damaged restore nothing`() {
        let (machine, now) = machine(rules(), after: Situation.second.events)
        let lines = machine.stateLines(now: now)
        for place in lines.indices {
            var cut = lines
            cut.remove(at: place)
            #expect(Machine(stateLines: cut, now: now) == nil)
            cut = lines
            cut[place] = "state running 9 0 0"
            #expect(Machine(stateLines: cut, now: now) == nil)
        }
    }
}
