import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ReloadTrialMachineTests {
    private static let start = MonotonicInstant.origin
    private static let rules = ReloadTrialRules(share: CanaryShare(clamping: 500), period: .seconds(120))

    enum Event: Sendable {
        case block(old: (Int, Int), new: (Int, Int))
        case time, adopt, withdraw, drop
    }

    /// The old one fails now and then.
    private static let known = Event.block(old: (950, 10), new: (50, 0))
    private static let sound = Event.block(old: (190, 2), new: (10, 0))
    private static let both = Event.block(old: (190, 100), new: (10, 6))
    private static let bad = Event.block(old: (190, 2), new: (10, 10))

    /// Lives through events that are ten seconds apart.
    private func live(_ events: [Event], _ rules: ReloadTrialRules = rules) -> (machine: ReloadTrialMachine, outcomes: [ReloadOutcome]) {
        var machine = ReloadTrialMachine(rules, now: Self.start)
        var now = Self.start
        var outcomes: [ReloadOutcome] = []
        for event in events {
            now += .seconds(10)
            let outcome: ReloadOutcome? =
                switch event {
                case .block(let old, let new): machine.blockClosed(block(old, new), now: now)
                case .time: machine.timePassed(now: now)
                case .adopt: machine.adopt(now: now)
                case .withdraw: machine.withdraw(now: now)
                case .drop: machine.drop(because: "another came", now: now)
                }
            if let outcome { outcomes.append(outcome) }
        }
        return (machine, outcomes)
    }

    private func block(_ old: (Int, Int), _ new: (Int, Int)) -> CanaryBlock {
        var block = CanaryBlock()
        block.baseline = CanaryTally(old.0, bad: old.1)
        block.canary = CanaryTally(new.0, bad: new.1)
        return block
    }

    @Test(
        arguments: [
            ([known, sound, both, .time], nil as ReloadOutcome.Kind?),
            ([known, bad, .time], .withdrawn),
            ([known] + Array(repeating: sound, count: 10) + [.time], .adopted),
            ([known] + Array(repeating: both, count: 10) + [.time], .adopted),
            (Array(repeating: .time, count: 11), nil),
            (Array(repeating: .time, count: 12), .adopted),
            ([.adopt, known, bad, .withdraw, .drop], .adopted),
            ([.withdraw, .adopt] + Array(repeating: .time, count: 20), .withdrawn),
            ([.drop, .adopt], .dropped),
        ] as [([Event], ReloadOutcome.Kind?)])
    func `a trial ends once, by its judge, by the time, or as told`(events: [Event], kind: ReloadOutcome.Kind?) {
        let (machine, outcomes) = live(events)
        #expect(outcomes.map(\.kind) == (kind.map { [$0] } ?? []))
        #expect((machine.deadline == nil) == (kind != nil))
        if let outcome = outcomes.first { #expect(machine.state == .ended(outcome)) }
    }

    @Test func `the outcome has the numbers that led to it`() throws {
        let withdrawn = try #require(live([Self.known, Self.bad]).outcomes.first)
        #expect(
            withdrawn.description.hasPrefix(
                "withdrawn: it fails more often, after 20 s at 5%; errors: canary 10 of 60 (16.67%), baseline 12 of 1140 (1.05%), evidence "
            ))
        let quiet = try #require(live(Array(repeating: .time, count: 12)).outcomes.first)
        #expect(quiet.description.hasPrefix("adopted: nothing came to it, after 120 s at 5%; "))
    }

    @Test func `the status tells how long it still takes`() {
        let (machine, _) = live([Self.known])
        let text = machine.status(now: Self.start + .seconds(30))
        #expect(text.hasPrefix("on trial at 5%, 90 s left; errors: canary 0 of 50 (0%), baseline 10 of 950 (1.05%)"))
    }

    /// Versions that fail alike, in blocks as a quarter of a second makes them.
    @Test func `no more than one of 200 sound configurations is withdrawn`() {
        var random = SeededGenerator(seed: 4)
        var withdrawn = 0
        for _ in 0..<60 {
            var machine = ReloadTrialMachine(Self.rules, now: Self.start)
            for _ in 0..<240 {
                let old = (0..<12).reduce(0) { sum, _ in sum + (random.next() % 100 < 3 ? 1 : 0) }
                let new = (0..<3).reduce(0) { sum, _ in sum + (random.next() % 100 < 3 ? 1 : 0) }
                if machine.blockClosed(block((12, old), (3, new)), now: Self.start) != nil { withdrawn += 1 }
            }
        }
        #expect(withdrawn <= 1)
    }
}
