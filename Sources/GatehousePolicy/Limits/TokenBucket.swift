import GatehouseWire

/// How fast the bytes of one key may go, all its connections together.
///
/// What is spent is paid for with time: bytes go first, and the next ones wait until they are paid for. So one call decides, nothing is
/// reserved that is never sent, and an average holds whatever the sizes are.
package struct TokenBucket: Sendable, Equatable {
    package struct Rate: Sendable, Equatable {
        /// Bytes a second; more than 0.
        package var bytes: Int
        /// So many bytes may go ahead of their time.
        package var burst: Int

        package init(bytes: Int, burst: Int) {
            self.bytes = bytes
            self.burst = burst
        }

        func time(for count: Int) -> Duration {
            let (seconds, rest) = count.quotientAndRemainder(dividingBy: bytes)
            return .seconds(seconds) + .nanoseconds(Int64(Double(rest) / Double(bytes) * 1e9))
        }
    }

    /// When everything spent is paid for.
    private var paidAt: MonotonicInstant

    package init(now: MonotonicInstant) { paidAt = now }

    /// When more bytes may go.
    package func due(_ rate: Rate, now: MonotonicInstant) -> MonotonicInstant { max(now, paidAt - rate.time(for: rate.burst)) }

    /// `count` bytes went.
    /// - Returns: when more may go.
    package mutating func spend(_ count: Int, _ rate: Rate, now: MonotonicInstant) -> MonotonicInstant {
        paidAt = max(paidAt, now) + rate.time(for: count)
        return due(rate, now: now)
    }

    /// Whether it is as a new one.
    package func isUnused(now: MonotonicInstant) -> Bool { paidAt <= now }

    /// When it will be as a new one, if nothing more is spent.
    var unusedAt: MonotonicInstant { paidAt }
}
