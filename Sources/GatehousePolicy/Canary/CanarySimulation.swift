import GatehouseWire

/// A rollout in virtual time, with made-up traffic: what the judge's promises are measured with.
package struct CanarySimulation: Sendable {
    /// How one version behaves.
    package struct Version: Sendable, Equatable {
        /// Share of requests that fail.
        package var failing: Double
        /// Times are Pareto-distributed (α = 2: p95 is 3.2 times the median), with the factor before them.
        package var slowness: Double
        /// Share of requests that are slow in that way; the others are as the baseline's.
        package var slowShare: Double

        package init(failing: Double = 0.01, slowness: Double = 1, slowShare: Double = 1) {
            self.failing = failing
            self.slowness = slowness
            self.slowShare = slowShare
        }
    }

    package struct Outcome: Sendable, Equatable {
        package var state: CanaryRolloutMachine.State
        /// Requests the canary got, all in all, and after it became bad.
        package var canaryRequests = 0
        package var badRequests = 0
        package var lasted: Duration = .zero
        package var journal: [String] = []
    }

    package var rules: CanaryRules
    package var baseline: Version
    package var canary: Version
    /// The canary behaves as the baseline until then.
    package var onset: Duration
    package var requestsPerSecond: Int
    /// The longest rollout.
    package var most: Duration
    package var keepsJournal = false

    package init(
        rules: CanaryRules, baseline: Version = Version(), canary: Version = Version(), onset: Duration = .zero,
        requestsPerSecond: Int = 20, most: Duration = .seconds(7200)
    ) {
        self.rules = rules
        self.baseline = baseline
        self.canary = canary
        self.onset = onset
        self.requestsPerSecond = requestsPerSecond
        self.most = most
    }

    /// Runs until the rollout has ended, one way or the other.
    package func run(seed: UInt64) -> Outcome {
        var random = SplitMix64(seed: seed)
        var machine = CanaryRolloutMachine(rules, now: .origin)
        var collector = CanaryCollector(failures: CanaryFailures(), latency: rules.judgement.latency)
        var outcome = Outcome(state: machine.state)
        note(.rulesChanged(rules), at: .zero, in: &outcome)
        let gap = Duration.nanoseconds(1_000_000_000 / Int64(max(1, requestsPerSecond)))
        var second = 0
        while outcome.lasted < most {
            outcome.lasted += gap
            let result = request(share: machine.share, at: outcome.lasted, &outcome, using: &random)
            let isTick = Int(outcome.lasted.components.seconds) > second
            if isTick { second = Int(outcome.lasted.components.seconds) }
            if let block = collector.add(result) ?? (isTick ? collector.timePassed() : nil) {
                tell(.blockClosed(block), &machine, &outcome)
            }
            if isTick, let deadline = machine.deadline, .origin + outcome.lasted >= deadline { tell(.timePassed, &machine, &outcome) }
            outcome.state = machine.state
            if machine.state == .promoted || machine.state == .rolledBack { break }
        }
        return outcome
    }

    private func tell(_ event: CanaryEvent, _ machine: inout CanaryRolloutMachine, _ outcome: inout Outcome) {
        note(event, at: outcome.lasted, in: &outcome)
        guard let decision = machine.handle(event, now: .origin + outcome.lasted), keepsJournal else { return }
        outcome.journal.append(CanaryJournal.line(decision))
    }

    private func note(_ event: CanaryEvent, at time: Duration, in outcome: inout Outcome) {
        if keepsJournal { outcome.journal.append(CanaryJournal.line(event, at: time)) }
    }

    private func request(
        share: CanaryShare, at time: Duration, _ outcome: inout Outcome, using random: inout SplitMix64
    ) -> CanaryResult {
        let choice = CanaryChoice(share: share, place: CanaryPlace(using: &random))
        if choice.variant == .canary { outcome.canaryRequests += 1 }
        var version = baseline
        if choice.variant == .canary && time >= onset {
            version = canary
            outcome.badRequests += 1
        }
        let fails = unit(&random) < version.failing
        let factor = unit(&random) < version.slowShare ? version.slowness : 1
        let rest = max(1e-9, 1 - unit(&random))
        return CanaryResult(
            choice.variant, .answered(status: fails ? 500 : 200), time: .nanoseconds(Int64(10_000_000 * factor / rest.squareRoot())))
    }

    private func unit(_ random: inout SplitMix64) -> Double { Double(random.next() >> 11) / Double(UInt64(1) << 53) }
}
