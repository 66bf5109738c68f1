/// Compares the canary with the baseline over the same time, by failures and by times.
package struct CanaryJudge: Sendable, Equatable {
    package enum Metric: String, Sendable {
        case errors
        case latency
    }

    package enum Verdict: Sendable, Equatable {
        case undecided
        /// The canary is worse, with the confidence asked for.
        case worse(Metric)
    }

    package let judgement: CanaryJudgement
    package internal(set) var errors: SequentialComparison
    package internal(set) var latency: SequentialComparison
    /// Everything since the test began.
    package internal(set) var total = CanaryBlock()

    package init(_ judgement: CanaryJudgement) {
        self.judgement = judgement
        errors = SequentialComparison(expecting: 0.01, tolerance: Double(judgement.tolerance) / 10000)
        latency = SequentialComparison(expecting: judgement.latency?.exceedance ?? 0.05)
    }

    package mutating func add(_ block: CanaryBlock) -> Verdict {
        total.add(block)
        errors.add(baseline: block.baseline, canary: block.canary)
        if judgement.latency != nil { latency.add(baseline: block.baselineTimes, canary: block.canaryTimes) }
        return verdict
    }

    package var verdict: Verdict {
        if errors.evidence >= judgement.threshold { return .worse(.errors) }
        if judgement.latency != nil && latency.evidence >= judgement.threshold { return .worse(.latency) }
        return .undecided
    }

    /// Forgets the evidence and keeps what is known of the baseline.
    package mutating func restart() {
        total = CanaryBlock()
        errors.restart()
        latency.restart()
    }

    /// The numbers behind a decision: `errors: canary 31 of 212 (14.62%), baseline 40 of 4028 (0.99%), evidence 612; latency: …`
    package var numbers: String {
        let failed = "errors: canary \(total.canary.text), baseline \(total.baseline.text), evidence \(Self.text(errors.evidence))"
        guard let rule = judgement.latency else { return "\(failed); needed \(Self.text(judgement.threshold))" }
        let slow =
            "above p\(CanaryShare.decimal(rule.quantile)): canary \(total.canaryTimes.text), baseline \(total.baselineTimes.text), "
            + "evidence \(Self.text(latency.evidence))"
        return "\(failed); \(slow); needed \(Self.text(judgement.threshold))"
    }

    /// Three digits tell enough.
    static func text(_ evidence: Double) -> String {
        if evidence >= 1e6 { return "over 1000000" }
        return evidence >= 100 ? "\(Int(evidence))" : CanaryShare.decimal(Int(evidence * 100))
    }
}
