/// A point in time of a clock that never goes back, in nanoseconds since some origin.
///
/// `ContinuousClock.Instant` says the same, but its layout is unknown to the compiler outside the standard library: every struct that
/// holds one becomes opaque, and copying it costs witness calls. This one is a plain integer.
@frozen public struct MonotonicInstant: InstantProtocol, Sendable, Hashable {
    /// Since the origin, which each clock has for itself.
    public var nanoseconds: Int64

    /// The point so many nanoseconds after the origin.
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Where a manual clock begins.
    @inlinable public static var origin: MonotonicInstant { MonotonicInstant(nanoseconds: 0) }

    /// Later than anything that happens: a deadline that never comes.
    @inlinable public static var distantFuture: MonotonicInstant { MonotonicInstant(nanoseconds: .max) }

    /// The point that much later; `distantFuture` where there is none.
    @inlinable public func advanced(by duration: Duration) -> MonotonicInstant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.wholeNanoseconds)
        return MonotonicInstant(nanoseconds: overflow ? .max : sum)
    }

    /// How long it is from here to `other`; negative when that is earlier.
    @inlinable public func duration(to other: MonotonicInstant) -> Duration { .nanoseconds(other.nanoseconds &- nanoseconds) }

    /// Whether the left one is earlier.
    @inlinable public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The point that much later.
    @inlinable public static func + (instant: MonotonicInstant, duration: Duration) -> MonotonicInstant { instant.advanced(by: duration) }

    /// Moves the point that much later.
    @inlinable public static func += (instant: inout MonotonicInstant, duration: Duration) { instant = instant.advanced(by: duration) }

    /// How long it is from `earlier` to `later`.
    @inlinable public static func - (later: MonotonicInstant, earlier: MonotonicInstant) -> Duration { earlier.duration(to: later) }

    /// The point that much earlier.
    @inlinable public static func - (instant: MonotonicInstant, duration: Duration) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: instant.nanoseconds &- duration.wholeNanoseconds)
    }
}

extension Duration {
    /// Rounded towards zero; a duration of more than 292 years counts as that.
    @inlinable public var wholeNanoseconds: Int64 {
        // 10⁹ is 2⁹ · 1953125: up to 78 minutes the division is one of 64 bits, which costs a tenth of one of 128.
        let shifted = attoseconds >> 9
        if let short = Int64(exactly: shifted) { return short / 1_953_125 }
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        return whole &+ attoseconds / 1_000_000_000
    }
}
