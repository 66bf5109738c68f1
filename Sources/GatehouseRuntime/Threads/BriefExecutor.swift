import Glibc
import Synchronization

/// An executor for an actor whose methods are brief: who calls one runs it, on its own thread, after whoever is inside.
///
/// A call of a default actor takes a task that is pinned to a loop twice through the loop's queue. Here it costs a lock, and a caller
/// that need not be asynchronous can `enter` without a task:
///
///     actor Counter {
///         private nonisolated let executor = BriefExecutor()
///         nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
///         nonisolated func countNow() { executor.enter { assumeIsolated { $0.count() } } }
///     }
///
/// In return nothing in such an actor may take long, or call another actor that has one of these: two threads could wait for each other.
public final class BriefExecutor: SerialExecutor, @unchecked Sendable {
    // `@unchecked Sendable`: `postponed` is only touched by the thread that holds the lock.
    private let lock = Lock(())
    /// The thread inside, 0 for none.
    private let owner = Atomic<UInt>(0)
    /// Jobs that came from inside: run before the thread leaves.
    @safe @exclusivity(unchecked) private var postponed: [UnownedJob] = []

    package init() {}

    /// Runs the job on the thread that brings it, before it returns.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isInside { postponed.append(job) } else { enter { run(job) } }
    }

    /// Runs `body` alone. Not from inside.
    @inlinable package func enter<Result>(_ body: () -> Result) -> Result {
        begin()
        defer { end() }
        return body()
    }

    @usableFromInline func begin() {
        // Unlocked by `end`; the lock lives as long as `self`.
        unsafe pthread_mutex_lock(lock.mutex)
        owner.store(UInt(pthread_self()), ordering: .relaxed)
    }

    @usableFromInline func end() {
        while !postponed.isEmpty { run(postponed.removeFirst()) }
        owner.store(0, ordering: .relaxed)
        // Locked by `begin`.
        unsafe pthread_mutex_unlock(lock.mutex)
    }

    private func run(_ job: UnownedJob) {
        // The executor outlives its actor's jobs, and a job that was handed over is run exactly once.
        unsafe job.runSynchronously(on: asUnownedSerialExecutor())
    }

    private var isInside: Bool { owner.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Ends the program where this thread is not inside.
    public func checkIsolated() { precondition(isInside, "not inside the actor") }

    /// Whether this thread is inside.
    public func isIsolatingCurrentContext() -> Bool? { isInside }
}
