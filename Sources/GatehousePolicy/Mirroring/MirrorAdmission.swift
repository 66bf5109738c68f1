import GatehouseWire

/// Counts the copies of requests that are under way on one loop, and says which are not made: what a slow copy may cost is bounded.
/// What is left out is reported, but seldom.
package struct MirrorAdmission: Sendable {
    package enum Answer: Equatable {
        case start
        /// Not made. With a number it is time to say so: how many were not since it was said last.
        case skip(report: Int?)
    }

    /// Between two reports.
    package static let silence = Duration.seconds(10)

    package private(set) var underWay = 0
    private var skipped = 0
    private var reported: MonotonicInstant?

    package init() {}

    /// - Parameter limit: so many may be under way.
    package mutating func asked(limit: Int, now: MonotonicInstant) -> Answer {
        if underWay < limit {
            underWay += 1
            return .start
        }
        skipped += 1
        if let reported, now - reported < Self.silence { return .skip(report: nil) }
        reported = now
        defer { skipped = 0 }
        return .skip(report: skipped)
    }

    package mutating func ended() { underWay -= 1 }
}
