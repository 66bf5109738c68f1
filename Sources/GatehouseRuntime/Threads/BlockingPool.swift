import Glibc

/// A few threads for calls that may block: file I/O on slow disks, name lookups of the system.
///
/// Threads start with the first call and live as long as the pool. What waits for a thread is held by suspended tasks, one each, so
/// the queue is as long as there are tasks; `trySubmit`, which nobody awaits, is refused above `queueLimit`.
@safe
package final class BlockingPool: @unchecked Sendable {
    // `@unchecked Sendable`: `mutex` guards `queue`, `threadCount`, `idleCount` and `isClosed`; the condition goes with it.

    /// The pool that the process shares.
    package static let shared = BlockingPool(threadLimit: 4, queueLimit: 1024)

    private let threadLimit: Int
    private let queueLimit: Int
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var queue: [@Sendable () -> Void] = []
    private var threadCount = 0
    private var idleCount = 0
    private var isClosed = false

    package init(threadLimit: Int, queueLimit: Int) {
        self.threadLimit = threadLimit
        self.queueLimit = queueLimit
        // Heap cells, because neither may move; freed in `deinit`.
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        // Threads hold the pool, so none is left.
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs `work` on a thread of the pool and suspends until it is done. Not cancellable: what blocks, blocks.
    package func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            _ = submit({ continuation.resume(returning: work()) }, isBounded: false)
        }
    }

    /// Runs `work`, which may throw, as above.
    package func run<Value: Sendable, Failure: Error>(
        _ work: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await run { () -> Result<Value, Failure> in
            do throws(Failure) {
                return .success(try work())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Hands `work` over without waiting for it; false when too much waits already.
    package func trySubmit(_ work: @escaping @Sendable () -> Void) -> Bool {
        submit(work, isBounded: true)
    }

    /// Ends the threads once the queue is empty. Work that comes later runs on the caller's thread.
    package func close() {
        locked { isClosed = true }
        unsafe pthread_cond_broadcast(condition)
    }

    private func submit(_ work: @escaping @Sendable () -> Void, isBounded: Bool) -> Bool {
        enum Decision { case queued, startThread, refused, runHere }
        let decision: Decision = locked {
            if isClosed { return .runHere }
            if isBounded && queue.count >= queueLimit { return .refused }
            queue.append(work)
            if idleCount >= queue.count || threadCount == threadLimit { return .queued }
            threadCount += 1
            return .startThread
        }
        switch decision {
        case .refused: return false
        case .runHere: work()
        case .queued: unsafe pthread_cond_signal(condition)
        case .startThread: startThread()
        }
        return true
    }

    private func startThread() {
        do {
            try SystemThread(name: "blocking") { [self] in serve() }.detach()
        } catch {
            // Another thread takes the work; with none at all it has to be done here.
            let orphans: [@Sendable () -> Void] = locked {
                threadCount -= 1
                if threadCount > 0 { return [] }
                defer { queue = [] }
                return queue
            }
            for work in orphans { work() }
        }
    }

    private func serve() {
        while let work = nextWork() { work() }
    }

    private func nextWork() -> (@Sendable () -> Void)? {
        locked {
            while queue.isEmpty && !isClosed {
                idleCount += 1
                unsafe pthread_cond_wait(condition, mutex)
                idleCount -= 1
            }
            if queue.isEmpty {
                threadCount -= 1
                return nil
            }
            return queue.removeFirst()
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        // The cell lives as long as `self`.
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }
}
