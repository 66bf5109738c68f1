import GatehouseRuntime
import GatehouseWire

/// The time that a group and its health checks go by: a loop's, or that of any clock.
package struct UpstreamClock: Sendable {
    package let now: @Sendable () -> MonotonicInstant
    /// Throws when the task is cancelled.
    package let sleep: @Sendable (_ until: MonotonicInstant) async throws -> Void

    /// The continuous clock, as loops read it.
    package static let system = UpstreamClock(
        now: { .now }, sleep: { try await Task.sleep(for: $0 - .now, clock: .continuous) })

    package init(_ loop: EventLoop) {
        self.init(now: { loop.now }, sleep: { try await loop.sleep(until: $0) })
    }

    /// Counts from this moment on.
    package init<Source: Clock>(_ clock: Source) where Source.Duration == Duration {
        let start = clock.now
        self.init(
            now: { .origin + start.duration(to: clock.now) },
            sleep: { try await clock.sleep(until: start.advanced(by: $0 - .origin), tolerance: nil) })
    }

    private init(
        now: @escaping @Sendable () -> MonotonicInstant, sleep: @escaping @Sendable (MonotonicInstant) async throws -> Void
    ) {
        self.now = now
        self.sleep = sleep
    }
}
