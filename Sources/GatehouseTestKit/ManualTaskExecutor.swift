internal import GatehouseRuntime

/// Runs tasks only when told to, on the thread that tells it: `drain` runs everything that is ready, in order.
///
/// Start what is under test with `Task(executorPreference:)`; its children and the default actors they call come along.
public final class ManualTaskExecutor: TaskExecutor {
    private let jobs = Lock([UnownedJob]())

    /// An executor with nothing to run.
    public init() {}

    /// Keeps a job for `runNext`. Called by the tasks themselves, from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    /// How many jobs are ready.
    public var readyCount: Int { jobs.withLock { $0.count } }

    /// Runs the oldest job that is ready; false when there is none.
    @discardableResult
    public func runNext() -> Bool {
        guard let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return false }
        // Taken out of the queue, so it runs once; `self` lives through the call.
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
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
