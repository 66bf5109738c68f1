import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct CanaryJudgeTests {
    private func block(_ baseline: CanaryTally, _ canary: CanaryTally) -> CanaryBlock {
        var block = CanaryBlock()
        (block.baseline, block.canary) = (baseline, canary)
        return block
    }

    private func judge(_ change: (inout CanaryJudgement) -> Void = { _ in }) -> CanaryJudge {
        var judgement = CanaryJudgement(latency: nil)
        change(&judgement)
        var judge = CanaryJudge(judgement)
        _ = judge.add(block(CanaryTally(1000, bad: 10), CanaryTally()))
        return judge
    }

    @Test(arguments: [(9950, true, 400.0), (9950, false, 200), (9000, false, 10), (9999, false, 10000)])
    func `the evidence needed follows from the confidence and is shared by the tests`(confidence: Int, both: Bool, needed: Double) {
        let judgement = CanaryJudgement(confidence: confidence, latency: both ? .init() : nil)
        #expect(abs(judgement.threshold - needed) < 1e-6)
    }

    /// All results of a small block, weighed with their probabilities: the sum is the expectation, exactly.
    @Test(arguments: [0.001, 0.01, 0.05, 0.2, 0.5, 0.9], [(1, 1), (3, 1), (1, 4), (5, 3)])
    func `a block is worth at most one on average where the versions are equal`(rate: Double, counts: (Int, Int)) {
        var expectation = 0.0
        for badBaseline in 0...counts.0 {
            for badCanary in 0...counts.1 {
                var judge = judge()
                _ = judge.add(block(CanaryTally(counts.0, bad: badBaseline), CanaryTally(counts.1, bad: badCanary)))
                expectation += probability(badBaseline, counts.0, rate) * probability(badCanary, counts.1, rate) * judge.errors.evidence
            }
        }
        #expect(expectation <= 1 + 1e-12)
        #expect(expectation > 0.5)
    }

    private func probability(_ bad: Int, _ count: Int, _ rate: Double) -> Double {
        var result = 1.0
        for place in 0..<bad { result *= rate * Double(count - place) / Double(place + 1) }
        for _ in 0..<(count - bad) { result *= 1 - rate }
        return result
    }

    @Test func `what fails under both versions is no evidence`() {
        var judge = judge()
        for _ in 0..<50 { #expect(judge.add(block(CanaryTally(19, bad: 10), CanaryTally(2, bad: 1))) == .undecided) }
        #expect(judge.errors.evidence < 2)
    }

    @Test func `failures of the canary alone are found`() {
        var judge = judge()
        var requests = 0
        while judge.verdict == .undecided && requests < 100 {
            _ = judge.add(block(CanaryTally(19), CanaryTally(1, bad: 1)))
            requests += 1
        }
        #expect(judge.verdict == .worse(.errors))
        #expect(requests < 10)
    }

    @Test func `a tolerance lets a canary fail that much more`() {
        var strict = judge()
        var lenient = judge { $0.tolerance = 500 }
        for _ in 0..<100 {
            let piece = block(CanaryTally(100, bad: 1), CanaryTally(20, bad: 1))
            _ = strict.add(piece)
            _ = lenient.add(piece)
        }
        #expect(strict.verdict == .worse(.errors))
        #expect(lenient.verdict == .undecided)
        for _ in 0..<100 { _ = lenient.add(block(CanaryTally(100, bad: 1), CanaryTally(20, bad: 4))) }
        #expect(lenient.verdict == .worse(.errors))
    }

    @Test(arguments: [
        (CanaryTally(), CanaryTally(5, bad: 5)), (CanaryTally(5), CanaryTally()), (CanaryTally(), CanaryTally()),
    ])
    func `a block of one version alone decides nothing`(baseline: CanaryTally, canary: CanaryTally) {
        var judge = judge()
        let before = judge.errors.evidence
        _ = judge.add(block(baseline, canary))
        #expect(judge.errors.evidence == before)
    }

    @Test func `blocks of any size leave a number`() {
        var judge = judge()
        for size in [1, 100, 10000, 1_000_000] {
            for (one, other) in [(0, 0), (size, 0), (0, size), (size, size)] {
                _ = judge.add(block(CanaryTally(size, bad: one), CanaryTally(size, bad: other)))
                #expect(judge.errors.evidence.isFinite && judge.errors.evidence >= 0)
            }
        }
    }

    // MARK: Results into blocks

    @Test func `a block ends with the time once both have answered`() {
        var collector = CanaryCollector(failures: CanaryFailures(), latency: nil)
        #expect(collector.add(CanaryResult(.baseline, .answered(status: 200), time: .zero)) == nil)
        #expect(collector.timePassed() == nil)
        #expect(collector.add(CanaryResult(.canary, .answered(status: 503), time: .zero)) == nil)
        #expect(collector.timePassed() == block(CanaryTally(1), CanaryTally(1, bad: 1)))
        #expect(collector.timePassed() == nil)
    }

    @Test func `what was answered under another share is not compared`() {
        var collector = CanaryCollector(failures: CanaryFailures(), latency: nil)
        _ = collector.add(CanaryResult(.baseline, .reset, time: .zero))
        collector.shareChanged()
        _ = collector.add(CanaryResult(.canary, .answered(status: 200), time: .zero))
        #expect(collector.timePassed() == nil)
    }

    @Test func `a block ends with enough results of the canary, good or bad`() {
        for end in [CanaryResult.End.answered(status: 200), .reset] {
            var collector = CanaryCollector(failures: CanaryFailures(), latency: nil)
            _ = collector.add(CanaryResult(.baseline, .answered(status: 200), time: .zero))
            let count = (1...200).first { _ in collector.add(CanaryResult(.canary, end, time: .zero)) != nil }
            #expect(count == 64)
        }
    }

    @Test(
        arguments: [
            (.answered(status: 200), false), (.answered(status: 404), false), (.answered(status: 500), true),
            (.answered(status: 599), true), (.reset, true), (.timeout, true), (.unavailable, true),
        ] as [(CanaryResult.End, Bool)])
    func `failures are what the rules say`(end: CanaryResult.End, isFailure: Bool) {
        #expect(CanaryFailures().contains(end) == isFailure)
        #expect(CanaryFailures(statuses: [], countsResets: false, countsTimeouts: false).contains(end) == (end == .unavailable))
    }

    @Test func `times are compared with a quantile of the baseline's before`() throws {
        var collector = CanaryCollector(failures: CanaryFailures(), latency: .init(quantile: 9000, tolerance: 50))
        for time in 1...100 { _ = collector.add(CanaryResult(.baseline, .answered(status: 200), time: .milliseconds(time))) }
        _ = collector.add(CanaryResult(.canary, .answered(status: 200), time: .seconds(9)))
        #expect(collector.timePassed()?.canaryTimes == CanaryTally())
        let limit = try #require(collector.limit)
        #expect(limit > .milliseconds(135) && limit < .milliseconds(138))
        for time in [80, 95] { _ = collector.add(CanaryResult(.baseline, .answered(status: 200), time: .milliseconds(time))) }
        for time in [130, 140, 150] { _ = collector.add(CanaryResult(.canary, .answered(status: 200), time: .milliseconds(time))) }
        _ = collector.add(CanaryResult(.canary, .answered(status: 500), time: .seconds(9)))
        let block = collector.timePassed()
        #expect(block?.baselineTimes == CanaryTally(2, bad: 1))
        #expect(block?.canaryTimes == CanaryTally(3, bad: 2))
    }
}
