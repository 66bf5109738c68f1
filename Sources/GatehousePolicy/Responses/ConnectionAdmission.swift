import GatehouseWire

/// Decides when listening sockets take connections: up to `worker_connections` at once, and after the process has run out of
/// descriptors only when one was closed or a moment has passed.
package struct ConnectionAdmission: Sendable, Equatable {
    package enum Result: Sendable, Equatable {
        case accept
        /// Leave connections in the kernel's queue until one is closed.
        case waitForClose
        /// The same, and ask again then at the latest.
        case waitUntil(MonotonicInstant)
    }

    /// `worker_connections`
    package private(set) var limit: Int
    /// How long after EMFILE or ENFILE the next try is.
    package let pause: Duration
    package private(set) var open = 0
    private var retryAt: MonotonicInstant?

    package init(limit: Int, pause: Duration = .milliseconds(50)) {
        self.limit = limit
        self.pause = pause
    }

    package mutating func connectionOpened(now: MonotonicInstant) -> Result {
        open += 1
        retryAt = nil
        return decide(now: now)
    }

    package mutating func connectionClosed(now: MonotonicInstant) -> Result {
        open = max(0, open - 1)
        retryAt = nil
        return decide(now: now)
    }

    /// A new configuration says otherwise; connections above a smaller limit stay.
    package mutating func limitChanged(to limit: Int, now: MonotonicInstant) -> Result {
        self.limit = limit
        return decide(now: now)
    }

    /// `accept` said EMFILE or ENFILE.
    package mutating func descriptorsRanOut(now: MonotonicInstant) -> Result {
        retryAt = now + pause
        return decide(now: now)
    }

    /// The time named by `waitUntil` has come.
    package mutating func pauseEnded(now: MonotonicInstant) -> Result { decide(now: now) }

    private func decide(now: MonotonicInstant) -> Result {
        if open >= limit { return .waitForClose }
        if let retryAt, now < retryAt { return .waitUntil(retryAt) }
        return .accept
    }
}
