import GatehouseWire

/// One check of one peer: when it is due, and what its results have come to.
struct HealthCheckTrack: Sendable {
    private(set) var health: PeerHealth
    /// When the next probe starts: `planned` and the jitter.
    private(set) var due: MonotonicInstant
    /// The moments `interval` apart this peer's probes are planned for, of which this is the next.
    private var planned: MonotonicInstant
    /// Results in a row that speak for another state.
    private var streak = 0

    /// - Parameter phase: which part of the interval is this peer's own, in 1/2⁶⁴.
    init(_ rules: HealthCheckRules, known: PeerHealth?, phase: UInt64, chance: UInt64, now: MonotonicInstant) {
        health = rules.initialHealth(known: known)
        let wait = Duration.nanoseconds(Int64(truncatingIfNeeded: Self.share(phase, of: rules.interval)))
        planned = now + wait
        due = planned
        if health == .checking {
            // Nothing is served until the results are there: the first round takes a tenth of the time.
            due = now + wait / 10
        } else {
            delay(by: rules.jitter, chance)
        }
    }

    /// The probe that was due has started: the next one is planned.
    mutating func started(_ rules: HealthCheckRules, chance: UInt64, now: MonotonicInstant) {
        let interval = max(1, rules.interval.wholeNanoseconds)
        let late = max(0, (now - planned).wholeNanoseconds)
        if planned <= now { planned = planned + .nanoseconds((late / interval + 1) * interval) }
        due = planned
        delay(by: rules.jitter, chance)
    }

    /// - Returns: the number of failures in a row when they have just made the peer unhealthy.
    mutating func failed(_ rules: HealthCheckRules) -> Int? {
        switch health {
        case .unhealthy:
            streak = 0
            return nil
        case .unchecked, .checking, .healthy:
            // Until something is known, failures are counted as those of a healthy peer are.
            streak = max(0, streak) + 1
            if streak < rules.fails { return nil }
            health = .unhealthy
            defer { streak = 0 }
            return streak
        }
    }

    /// - Returns: the number of passes in a row when they have just made the peer healthy.
    mutating func passed(_ rules: HealthCheckRules) -> Int? {
        switch health {
        case .healthy:
            streak = 0
            return nil
        case .unchecked, .checking, .unhealthy:
            // Below zero: passes, so that a failure between them starts the count anew.
            streak = min(0, streak) - 1
            if -streak < rules.passes { return nil }
            health = .healthy
            defer { streak = 0 }
            return -streak
        }
    }

    private mutating func delay(by jitter: Duration, _ chance: UInt64) {
        guard jitter > .zero else { return }
        due = due + .nanoseconds(Int64(truncatingIfNeeded: Self.share(chance, of: jitter)))
    }

    private static func share(_ part: UInt64, of duration: Duration) -> UInt64 {
        part.multipliedFullWidth(by: UInt64(max(0, duration.wholeNanoseconds))).high
    }
}
