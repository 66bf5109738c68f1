import CGatehouse
public import GatehouseWire
import Synchronization

/// One thread that polls descriptors and runs tasks: a connection's task prefers the loop that polls its socket.
///
/// A turn runs the jobs that are ready, then what `atEndOfTurn` asked for, then polls, then tells sources and timers. Enqueuing from the
/// loop's own thread is an append to an array; from another thread it takes a lock, and a system call only when the loop sleeps.
///
/// Tasks that are suspended when the loop is stopped are never resumed: cancel and await them first.
public final class EventLoop: TaskExecutor, @unchecked Sendable {
    // `@unchecked Sendable`: `remote`, the atomics and the poller's `wake` are for any thread, everything else that varies is
    // confined to the loop's own thread.

    @usableFromInline package typealias Instant = MonotonicInstant

    package let name: String
    package let index: Int
    /// Confined to the loop's thread.
    package let buffers = BufferPool()

    let poller: Poller
    // `@exclusivity(unchecked)`: checking every access at run time cost 2 µs an exchange. All of them are on one thread, and none
    // spans a call out of this target.
    @safe @exclusivity(unchecked) var jobs = JobQueue()
    @safe @exclusivity(unchecked) var registrations = RegistrationTable()
    @safe @exclusivity(unchecked) var wheel = TimerWheel()
    @safe @exclusivity(unchecked) var timerActions: [TimerAction] = []
    /// The tick of `cachedNow`.
    @safe @exclusivity(unchecked) var presentTick: UInt64 = 0
    @safe @exclusivity(unchecked) var expiredTimers: [TimerID] = []
    @safe @exclusivity(unchecked) private var cachedWallClock: (seconds: Int, nanoseconds: Int)?
    /// How often the loop went round, for tests and the status page.
    @safe @exclusivity(unchecked) private(set) var turns = 0
    @safe @exclusivity(unchecked) private var endOfTurn: [() -> Void] = []

    private struct Remote {
        var jobs: [UnownedJob] = []
        var work: [@Sendable () -> Void] = []
    }
    private let remote = Lock(Remote())
    private let hasRemote = Atomic(false)
    private let isAsleep = Atomic(false)
    private let isStopping = Atomic(false)
    private let thread = Lock<SystemThread?>(nil)

    // Last, because the compiler does not know the size of an `Instant`, and so not the place of what follows one.
    let origin: Instant
    @safe @exclusivity(unchecked) @usableFromInline var cachedNow: Instant

    /// More jobs than this in one turn wait until sources and timers had their say.
    private static let jobsPerTurn = 512

    private init(name: String, index: Int) throws(SystemError) {
        self.name = name
        self.index = index
        poller = try Poller()
        origin = .now
        cachedNow = origin
    }

    /// Starts the thread of a new loop.
    package static func start(name: String, index: Int) throws(SystemError) -> EventLoop {
        let loop = try EventLoop(name: name, index: index)
        let thread = try SystemThread(name: name) { loop.run() }
        loop.thread.withLock { $0 = thread }
        return loop
    }

    /// The loop whose thread this is.
    package static var current: EventLoop? {
        // Set by `run` to a loop that lives at least until `run` ends, and cleared there.
        guard let owner = unsafe gatehouse_thread_owner() else { return nil }
        return unsafe Unmanaged<EventLoop>.fromOpaque(owner).takeUnretainedValue()
    }

    package var isCurrent: Bool {
        // Only compared.
        unsafe gatehouse_thread_owner() == Unmanaged.passUnretained(self).toOpaque()
    }

    /// When this turn began to run what was ready. Only on the loop's thread.
    @inlinable package var now: Instant { cachedNow }

    /// The wall clock, read at most once a turn: seconds since 1970. Only on the loop's thread.
    package var wallClock: (seconds: Int, nanoseconds: Int) {
        if let cached = cachedWallClock { return cached }
        var seconds: Int64 = 0
        var nanoseconds: Int64 = 0
        // Both live for the call.
        unsafe gatehouse_realtime(&seconds, &nanoseconds)
        cachedWallClock = (Int(seconds), Int(nanoseconds))
        return (Int(seconds), Int(nanoseconds))
    }

    /// Runs a job in the order of coming. Called by tasks that prefer the loop, from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            jobs.append(job)
        } else {
            remote.withLock { $0.jobs.append(job) }
            wakeIfAsleep()
        }
    }

    /// Runs `work` on the loop's thread, after what is posted already. Any thread may call this.
    package func post(_ work: @escaping @Sendable () -> Void) {
        remote.withLock { $0.work.append(work) }
        wakeIfAsleep()
    }

    /// Runs `action` once, when this turn has no more jobs and before the loop polls. Only on the loop's thread.
    package func atEndOfTurn(_ action: @escaping () -> Void) {
        endOfTurn.append(action)
    }

    /// Ends the loop after the jobs that are ready now. Any thread may call this.
    package func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        wakeIfAsleep()
    }

    /// Waits for the thread to end. Not from the loop's own thread.
    package func join() {
        let thread = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        thread?.join()
    }

    /// Resumes every wait of every socket and accept sequence of this loop with a cancellation: stop now. Any thread may call this.
    package func cancelAllWaits() {
        post { [self] in
            for source in registrations.all { source.cancelWaits() }
        }
    }

    private func wakeIfAsleep() {
        hasRemote.store(true, ordering: .sequentiallyConsistent)
        if isAsleep.load(ordering: .sequentiallyConsistent) && isAsleep.exchange(false, ordering: .sequentiallyConsistent) {
            poller.wake()
        }
    }
}

// MARK: - The turn

extension EventLoop {
    private func run() {
        // `self` is held by the thread's closure until `run` has ended.
        unsafe gatehouse_set_thread_owner(Unmanaged.passUnretained(self).toOpaque())
        defer { gatehouse_set_thread_owner(nil) }
        while true {
            turns &+= 1
            cachedNow = .now
            cachedWallClock = nil
            expireTimers()
            takeRemote()
            runJobs()
            runEndOfTurn()
            if isStopping.load(ordering: .relaxed) && jobs.isEmpty { return }
            poll()
        }
    }

    private func runJobs() {
        // `self` outlives its thread's turns, and a job that was taken out is run exactly once.
        let executor = unsafe asUnownedTaskExecutor()
        var left = Self.jobsPerTurn
        while left > 0, let job = jobs.popFirst() {
            unsafe job.runSynchronously(on: executor)
            left -= 1
        }
    }

    private func runEndOfTurn() {
        if endOfTurn.isEmpty { return }
        let actions = endOfTurn
        endOfTurn.removeAll(keepingCapacity: true)
        for action in actions { action() }
    }

    private func takeRemote() {
        guard hasRemote.load(ordering: .acquiring) else { return }
        let work = remote.withLock { remote in
            hasRemote.store(false, ordering: .sequentiallyConsistent)
            for job in remote.jobs { jobs.append(job) }
            remote.jobs.removeAll(keepingCapacity: true)
            defer { remote.work = [] }
            return remote.work
        }
        for work in work { work() }
    }

    private func poll() {
        var milliseconds: Int32 = 0
        if jobs.isEmpty && endOfTurn.isEmpty {
            milliseconds = millisecondsToNextTimer()
            if milliseconds != 0 {
                isAsleep.store(true, ordering: .sequentiallyConsistent)
                if hasRemote.load(ordering: .sequentiallyConsistent) || isStopping.load(ordering: .sequentiallyConsistent) {
                    milliseconds = 0
                }
            }
        }
        let count = poller.wait(milliseconds: milliseconds)
        isAsleep.store(false, ordering: .relaxed)
        for position in 0..<count {
            let (token, events) = poller.event(at: position)
            if token == .wake { continue }
            // A source that an earlier event of this batch closed is not in the table any more.
            registrations[token]?.handle(events)
        }
    }
}
