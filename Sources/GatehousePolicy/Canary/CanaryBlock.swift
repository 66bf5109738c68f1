/// Results, and how many of them were bad.
package struct CanaryTally: Sendable, Equatable {
    package var count: Int
    package var bad: Int

    package init(_ count: Int = 0, bad: Int = 0) {
        self.count = count
        self.bad = bad
    }

    static func += (left: inout CanaryTally, right: CanaryTally) {
        left.count += right.count
        left.bad += right.bad
    }

    /// `31 of 212 (14.62%)`
    package var text: String {
        "\(bad) of \(count) (\(CanaryShare.decimal(count == 0 ? 0 : (bad * 10000 + count / 2) / count))%)"
    }
}

/// The results of both versions over the same short time: what the judge is told.
package struct CanaryBlock: Sendable, Equatable {
    /// Results, and failures among them.
    package var baseline = CanaryTally()
    package var canary = CanaryTally()
    /// Results that did not fail, and those among them that took longer than the reference.
    package var baselineTimes = CanaryTally()
    package var canaryTimes = CanaryTally()

    package init() {}

    package var isEmpty: Bool { baseline.count + canary.count == 0 }

    mutating func add(_ other: CanaryBlock) {
        baseline += other.baseline
        canary += other.canary
        baselineTimes += other.baselineTimes
        canaryTimes += other.canaryTimes
    }
}
