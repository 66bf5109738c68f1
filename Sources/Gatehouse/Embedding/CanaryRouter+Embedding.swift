import GatehousePolicy
import GatehouseWire

extension CanaryRouter {
    /// Which of the two versions.
    public enum Variant: String, Sendable {
        /// The version that has proved itself.
        case baseline
        /// The new one, on trial.
        case canary
    }

    /// A share of the traffic, and how long it is kept before the next step.
    public struct Step: Sendable, Equatable {
        /// 0 to 100, with two decimals.
        public var percent: Double
        /// `nil`: for good.
        public var pace: Duration?

        /// A step of a rollout.
        public init(percent: Double, pace: Duration? = nil) {
            self.percent = percent
            self.pace = pace
        }
    }

    /// How a rollout is judged; the names and values are those of a `canary` block.
    public struct Rules: Sendable, Equatable {
        /// Results of the canary without which a step is not passed.
        public var sample: Int
        /// In percent: a version that is no worse is rolled back with a probability of no more than the rest.
        public var confidence: Double
        /// Percent by which the canary may fail more often.
        public var tolerance: Double
        /// The quantile of times that is compared, in percent; `nil`: times are not judged.
        public var quantile: Double?
        /// By how many percent the canary may be slower.
        public var timeTolerance: Int
        /// A failure leads to the step before, to wait there, and not to 0.
        public var stepsBack: Bool
        /// Each step that was passed waits for ``CanaryRouter/promote(entirely:)``.
        public var holdsAfterSuccess: Bool

        /// The defaults of a `canary` block.
        public init(
            sample: Int = 100, confidence: Double = 99.5, tolerance: Double = 0, quantile: Double? = 95, timeTolerance: Int = 25,
            stepsBack: Bool = false, holdsAfterSuccess: Bool = false
        ) {
            self.sample = sample
            self.confidence = confidence
            self.tolerance = tolerance
            self.quantile = quantile
            self.timeTolerance = timeTolerance
            self.stepsBack = stepsBack
            self.holdsAfterSuccess = holdsAfterSuccess
        }

        fileprivate func canaryRules(_ steps: [Step]) -> CanaryRules {
            let latency = quantile.map { CanaryJudgement.Latency(quantile: hundredths($0), tolerance: max(0, timeTolerance)) }
            let judgement = CanaryJudgement(
                minimumSample: sample, confidence: min(9999, hundredths(confidence)), tolerance: hundredths(tolerance), latency: latency)
            let all = steps.map { CanaryRules.Step(share: CanaryShare(clamping: hundredths($0.percent)), pace: $0.pace) }
            return CanaryRules(
                steps: all.isEmpty ? [CanaryRules.Step(share: .none)] : all, judgement: judgement,
                onFailure: stepsBack ? .stepBack : .rollback, onSuccess: holdsAfterSuccess ? .hold : .go)
        }
    }

    /// Something that a rollout decided.
    public struct Decision: Sendable, Equatable {
        /// The share before and after, in percent.
        public let from, to: Double
        /// What was decided and why, with the numbers: `rolled_back 5% -> 0%: the canary fails more often; …`
        public let description: String

        fileprivate init(_ decision: CanaryDecision) {
            from = Double(decision.from.hundredths) / 100
            to = Double(decision.to.hundredths) / 100
            description = decision.description
        }
    }

    /// A rollout for a program that talks to both versions by itself. Nothing runs in the background: call ``timePassed()`` about once a second.
    /// - Parameters:
    ///   - name: what places are drawn with; another name draws other users.
    ///   - steps: shares that grow; only the last may have no pace.
    ///   - clock: what all times are measured with.
    public init(name: String, steps: [Step], rules: Rules = Rules(), clock: some Clock<Duration> = ContinuousClock()) {
        let (origin, now) = (MonotonicInstant.origin, Self.reading(clock))
        self.init(name: name, CanaryRolloutMachine(rules.canaryRules(steps), now: origin), origin: origin, clock: now)
    }

    private static func reading<Source: Clock>(_ clock: Source) -> @Sendable () -> MonotonicInstant where Source.Duration == Duration {
        let start = clock.now
        return { .origin + start.duration(to: clock.now) }
    }

    /// The canary's share now, in percent.
    public nonisolated var percent: Double { Double(share.hundredths) / 100 }

    /// Where a user goes; the same as before as long as the share doesn't fall.
    public nonisolated func variant(for key: String) -> Variant {
        choose(place: CanaryPlace(of: Array(key.utf8).span, in: name)).variant == .canary ? .canary : .baseline
    }

    /// How a request went. Only requests that ``variant(for:)`` decided may be told.
    /// - Parameter time: until the answer began.
    @discardableResult
    public func record(_ variant: Variant, failed: Bool, time: Duration) -> Decision? {
        let end: CanaryResult.End = failed ? .reset : .answered(status: 200)
        return record(CanaryResult(variant == .canary ? .canary : .baseline, end, time: time), now: clock()).map(Decision.init)
    }

    /// Looks whether a step is over; to be called about once a second.
    @discardableResult
    public func timePassed() -> Decision? { timePassed(now: clock()).map(Decision.init) }

    /// To the next step, or with `entirely` to 100 %; after a rollback from the first step again.
    @discardableResult
    public func promote(entirely: Bool = false) -> Decision? { steer(.promote(entirely: entirely), now: clock()).map(Decision.init) }

    /// Stays at its share; the judge goes on judging.
    @discardableResult
    public func hold() -> Decision? { steer(.hold, now: clock()).map(Decision.init) }

    /// To 0 at once.
    @discardableResult
    public func rollBack() -> Decision? { steer(.rollBack, now: clock()).map(Decision.init) }
}

private func hundredths(_ percent: Double) -> Int { percent.isFinite ? Int((min(100, max(0, percent)) * 100).rounded()) : 0 }
