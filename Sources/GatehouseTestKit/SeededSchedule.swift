internal import GatehouseRuntime
internal import GatehouseWire

/// One run of a scenario in virtual time: its seed decides the order of all steps and every random number, and no time passes but what
/// tasks sleep on `clock`.
///
/// Start the tasks, then `run`. The same seed runs the same steps again, in the same order:
///
/// ```swift
/// let schedule = SeededSchedule(seed: 17)
/// for number in 0..<10 {
///     schedule.start { try await service.handle(number) }
/// }
/// try schedule.run()
/// ```
///
/// What a scenario uses has to stay inside: tasks are started here or are children of those, time is `clock`, chance is
/// `generator`. Default actors run on the executor of the task that calls them, so they take part as they are; the main actor and
/// actors with an executor of their own do not.
public final class SeededSchedule: Sendable {
    private struct State {
        var running = 0
        var failure: (any Error)?
        var background: [Task<Void, Never>] = []
    }

    /// What everything follows from.
    public let seed: UInt64
    /// Runs the tasks, the next one chosen at random. Pass it on as `executorPreference` where the code under test asks for one.
    public let executor: SeededTaskExecutor
    /// The time of the scenario. `run` moves it to the next sleeper when no task is ready.
    public let clock = ManualClock()
    private let state = Lock(State())

    /// A run that has not begun.
    public init(seed: UInt64) {
        self.seed = seed
        executor = SeededTaskExecutor(seed: seed)
    }

    /// Random numbers of this run for the code under test; the same ones from each call.
    public var generator: SeededGenerator { SeededGenerator(seed: ~seed) }

    /// Starts a task that `run` waits for. The first error that such a task throws ends the run.
    public func start(_ work: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0.running += 1 }
        // Not awaited: `run` waits for its end by the count.
        Task(executorPreference: executor) { [state] in
            let failure: (any Error)?
            do {
                try await work()
                failure = nil
            } catch {
                failure = error
            }
            state.withLock { state in
                state.running -= 1
                if state.failure == nil { state.failure = failure }
            }
        }
    }

    /// Starts a task that never ends by itself, such as a health checker: `run` cancels it when the others have ended. What it throws is
    /// not looked at.
    public func startInBackground(_ work: @escaping @Sendable () async throws -> Void) {
        let task = Task(executorPreference: executor) {
            do { try await work() } catch {}
        }
        state.withLock { $0.background.append(task) }
    }

    /// Runs every task to its end. Throws what a task threw, or a `ScheduleError` when they can't end.
    /// - Parameter limit: jobs that may run before the scenario counts as endless.
    public func run(limit: Int = 1_000_000) throws {
        defer { endBackground(limit) }
        var left = limit
        while true {
            left -= executor.drain(limit: left)
            if let failure = state.withLock({ $0.failure }) { throw failure }
            let running = state.withLock { $0.running }
            if running == 0 { return }
            if left <= 0 { throw ScheduleError.endless(jobs: limit) }
            guard let due = clock.nextDue, due < .distantFuture else { throw ScheduleError.stuck(tasks: running) }
            clock.advance(by: max(.zero, due - clock.now))
        }
    }

    /// Runs `work` as a task of this schedule, with whatever else is to be run, and returns what it returned: to look at an actor
    /// when everything has ended.
    public func value<Value: Sendable>(of work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let result = Lock<Value?>(nil)
        start {
            let value = try await work()
            result.withLock { $0 = value }
        }
        try run()
        guard let value = result.withLock({ $0 }) else { throw ScheduleError.stuck(tasks: 1) }
        return value
    }

    private func endBackground(_ limit: Int) {
        let tasks = state.withLock { state in
            defer { state.background = [] }
            return state.background
        }
        for task in tasks { task.cancel() }
        executor.drain(limit: limit)
    }
}

/// Why a scenario could not be run to its end.
public enum ScheduleError: Error, Equatable, CustomStringConvertible {
    /// So many tasks wait for something, but nothing is ready and nobody sleeps.
    case stuck(tasks: Int)
    /// So many jobs have run, and there are still more.
    case endless(jobs: Int)

    /// A sentence for the log of a test.
    public var description: String {
        switch self {
        case .stuck(let tasks): "\(tasks) tasks wait for something that nobody will do"
        case .endless(let jobs): "the scenario has not ended after \(jobs) jobs"
        }
    }
}
