/// Gathers results into blocks for the judge. Where a block ends depends on who answered and on the time, never on how: a block that
/// ended with a failure, say, would be a biased one.
package struct CanaryCollector: Sendable {
    /// As many results of the canary make a block before the time does.
    static let enough = 64

    private let failures: CanaryFailures
    private let latency: CanaryJudgement.Latency?
    private var block = CanaryBlock()
    private var reference = LatencyReference()
    /// What times are compared with in this block.
    package private(set) var limit: Duration?

    package init(failures: CanaryFailures, latency: CanaryJudgement.Latency?) {
        self.failures = failures
        self.latency = latency
    }

    /// - Returns: the block that this result completed.
    package mutating func add(_ result: CanaryResult) -> CanaryBlock? {
        let isFailure = failures.contains(result.end)
        switch result.variant {
        case .baseline:
            block.baseline += CanaryTally(1, bad: isFailure ? 1 : 0)
            if !isFailure { addBaselineTime(result.time) }
        case .canary:
            block.canary += CanaryTally(1, bad: isFailure ? 1 : 0)
            if let limit, !isFailure { block.canaryTimes += CanaryTally(1, bad: result.time > limit ? 1 : 0) }
        }
        return block.canary.count >= Self.enough && block.baseline.count > 0 ? close() : nil
    }

    /// A moment has passed, about a second.
    /// - Returns: the block, if both versions answered.
    package mutating func timePassed() -> CanaryBlock? {
        block.canary.count > 0 && block.baseline.count > 0 ? close() : nil
    }

    /// The share has changed: what one version answered before is not compared with what the other answers now.
    package mutating func shareChanged() { block = CanaryBlock() }

    private mutating func addBaselineTime(_ time: Duration) {
        guard let latency else { return }
        // Scaled by what the canary may be slower: then the same limit serves both.
        let scaled = time * latency.factor
        if let limit { block.baselineTimes += CanaryTally(1, bad: scaled > limit ? 1 : 0) }
        reference.add(scaled)
    }

    private mutating func close() -> CanaryBlock {
        let done = block
        block = CanaryBlock()
        limit = latency.flatMap { reference.quantile($0.quantile) }
        return done
    }
}
