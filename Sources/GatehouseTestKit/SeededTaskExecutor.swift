internal import GatehouseRuntime

/// Runs tasks only when told to, and picks the next one at random: one seed is one interleaving, to be found again.
public final class SeededTaskExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var generator: SeededGenerator
        var trace: [Int] = []
    }
    private let state: Lock<State>
    /// What the picks follow from.
    public let seed: UInt64

    /// An executor with nothing to run.
    public init(seed: UInt64) {
        self.seed = seed
        state = Lock(State(generator: SeededGenerator(seed: seed)))
    }

    /// Keeps a job until it is picked. Called by the tasks themselves, from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// The positions that were picked, in order: a fingerprint of the interleaving.
    public var trace: [Int] { state.withLock { $0.trace } }

    /// Runs one of the jobs that are ready; false when there is none.
    @discardableResult
    public func runNext() -> Bool {
        let picked: UnownedJob? = state.withLock { state in
            guard !state.jobs.isEmpty else { return nil }
            let position = Int.random(in: state.jobs.indices, using: &state.generator)
            state.trace.append(position)
            return state.jobs.remove(at: position)
        }
        guard let picked else { return false }
        // Taken out of the list, so it runs once; `self` lives through the call.
        unsafe picked.runSynchronously(on: asUnownedTaskExecutor())
        return true
    }

    /// Runs until nothing is ready, and returns how many jobs that were. Stops after `limit`, so that a livelock fails a test.
    @discardableResult
    public func drain(limit: Int = 100_000) -> Int {
        var count = 0
        while count < limit && runNext() { count += 1 }
        return count
    }
}
