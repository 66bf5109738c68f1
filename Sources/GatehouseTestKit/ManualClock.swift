internal import GatehouseRuntime
public import GatehouseWire

/// A clock that stands still until a test moves it.
///
/// Its instants are those that the library measures with, so it can feed every machine that takes `now:`, and tasks can sleep on it.
public final class ManualClock: Clock {
    /// A plain number of nanoseconds, as everywhere in the library.
    public typealias Instant = MonotonicInstant

    private struct Sleeper {
        let id: Int
        let due: Instant
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Instant
        var sleepers: [Sleeper] = []
        var cancelled: Set<Int> = []
        var nextID = 0
    }
    private let state: Lock<State>
    /// What `now` was at first.
    public let start: Instant

    /// A clock that stands at `MonotonicInstant.origin`.
    public init() {
        start = .origin
        state = Lock(State(now: start))
    }

    /// Where the clock stands.
    public var now: Instant { state.withLock { $0.now } }
    /// Zero: the clock goes exactly where it is moved.
    public var minimumResolution: Duration { .zero }

    /// How far the clock was moved since it was made.
    public var elapsed: Duration { start.duration(to: now) }

    /// When the next sleeper wants to wake.
    public var nextDue: Instant? { state.withLock { $0.sleepers.map(\.due).min() } }

    /// Moves time on and wakes the sleepers that are due, the earliest first.
    public func advance(by duration: Duration) {
        let due = state.withLock { state in
            state.now += duration
            let now = state.now
            let due = state.sleepers.filter { $0.due <= now }.sorted { ($0.due, $0.id) < ($1.due, $1.id) }
            state.sleepers.removeAll { $0.due <= now }
            return due
        }
        for sleeper in due { sleeper.continuation.resume() }
    }

    /// Suspends until the clock has been moved to `deadline` or beyond; not at all when it stands there already.
    /// - Throws: `CancellationError` when the task is cancelled before.
    public func sleep(until deadline: Instant, tolerance: Duration? = nil) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                add(Sleeper(id: id, due: deadline, continuation: continuation))
            }
        } onCancel: {
            cancel(id)
        }
    }

    private func add(_ sleeper: Sleeper) {
        enum Decision { case sleep, wake, cancel }
        let decision: Decision = state.withLock { state in
            if state.cancelled.remove(sleeper.id) != nil { return .cancel }
            if sleeper.due <= state.now { return .wake }
            state.sleepers.append(sleeper)
            return .sleep
        }
        switch decision {
        case .sleep: break
        case .wake: sleeper.continuation.resume()
        case .cancel: sleeper.continuation.resume(throwing: CancellationError())
        }
    }

    private func cancel(_ id: Int) {
        let sleeper: Sleeper? = state.withLock { state in
            guard let position = state.sleepers.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.sleepers.remove(at: position)
        }
        sleeper?.continuation.resume(throwing: CancellationError())
    }
}
