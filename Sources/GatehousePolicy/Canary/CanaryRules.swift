/// What a `canary` block says about the course of a rollout.
package struct CanaryRules: Sendable, Equatable {
    /// One step: a share, and how long it is kept before the next.
    package struct Step: Sendable, Equatable {
        package var share: CanaryShare
        /// `nil`: for good.
        package var pace: Duration?

        package init(share: CanaryShare, pace: Duration? = nil) {
            self.share = share
            self.pace = pace
        }
    }

    /// `on_failure`
    package enum FailureAction: String, Sendable {
        /// To 0 at once.
        case rollback
        /// To the step before, and wait there for a person.
        case stepBack = "step_back"
    }

    /// `on_success`
    package enum SuccessAction: String, Sendable {
        case go
        /// Wait for a person after each step.
        case hold
    }

    /// At least one, with shares that don't shrink; only the last may have no pace.
    package var steps: [Step]
    package var judgement: CanaryJudgement
    package var onFailure: FailureAction
    package var onSuccess: SuccessAction

    package init(
        steps: [Step], judgement: CanaryJudgement = CanaryJudgement(), onFailure: FailureAction = .rollback, onSuccess: SuccessAction = .go
    ) {
        self.steps = steps
        self.judgement = judgement
        self.onFailure = onFailure
        self.onSuccess = onSuccess
    }
}

/// What the judge is asked to find out, and how sure it must be.
package struct CanaryJudgement: Sendable, Equatable {
    /// `latency p95 tolerance=25%`
    package struct Latency: Sendable, Equatable {
        /// In hundredths of a percent: 9500 is p95.
        package var quantile: Int
        /// By how many percent the canary may be slower.
        package var tolerance: Int
        /// Until the last byte came from the upstream, not only the head.
        package var includesBody: Bool

        package init(quantile: Int = 9500, tolerance: Int = 25, includesBody: Bool = false) {
            self.quantile = quantile
            self.tolerance = tolerance
            self.includesBody = includesBody
        }

        /// What a time of the baseline is multiplied by before it is compared.
        var factor: Double { 1 + Double(tolerance) / 100 }
        /// The share of requests above the quantile.
        var exceedance: Double { 1 - Double(quantile) / 10000 }
    }

    /// Results of the canary without which a step is not passed.
    package var minimumSample: Int
    /// In hundredths of a percent: 9950 is 99.5 %. A rollout of a version that is no worse is stopped with no more than what is left to
    /// 100 %, however long it takes.
    package var confidence: Int
    /// Hundredths of a percent by which the canary may fail more often.
    package var tolerance: Int
    /// `nil`: times are not judged.
    package var latency: Latency?

    package init(minimumSample: Int = 100, confidence: Int = 9950, tolerance: Int = 0, latency: Latency? = Latency()) {
        self.minimumSample = minimumSample
        self.confidence = confidence
        self.tolerance = tolerance
        self.latency = latency
    }

    /// The evidence at which one of the tests has found the canary worse (Ville's inequality; the tests share the error between them).
    package var threshold: Double { Double(latency == nil ? 1 : 2) * 10000 / Double(max(1, 10000 - confidence)) }
}
