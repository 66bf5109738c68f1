/// How one request went, as the judge sees it.
package struct CanaryResult: Sendable, Equatable {
    package enum End: Sendable, Equatable {
        case answered(status: Int)
        /// The connection failed or broke off: refused, reset, closed early, not HTTP.
        case reset
        case timeout
        /// The group had nobody to ask.
        case unavailable
    }

    package var variant: CanaryVariant
    package var end: End
    /// Until the answer was there.
    package var time: Duration

    package init(_ variant: CanaryVariant, _ end: End, time: Duration) {
        self.variant = variant
        self.end = end
        self.time = time
    }
}

/// Which of the two groups.
package enum CanaryVariant: String, Sendable {
    case baseline
    case canary
}

/// Which results are failures: `errors 5xx reset timeout;`
package struct CanaryFailures: Sendable, Equatable {
    package var statuses: [ClosedRange<Int>]
    package var countsResets: Bool
    package var countsTimeouts: Bool

    package init(statuses: [ClosedRange<Int>] = [500...599], countsResets: Bool = true, countsTimeouts: Bool = true) {
        self.statuses = statuses
        self.countsResets = countsResets
        self.countsTimeouts = countsTimeouts
    }

    /// A group that is down always counts.
    package func contains(_ end: CanaryResult.End) -> Bool {
        switch end {
        case .answered(let status): statuses.contains { $0.contains(status) }
        case .reset: countsResets
        case .timeout: countsTimeouts
        case .unavailable: true
        }
    }
}
