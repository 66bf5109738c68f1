import Glibc

/// The thread that writes every `AppendFile`. Starts with the first line.
@safe
final class AppendWriter: @unchecked Sendable {
    // `@unchecked Sendable`: `mutex` guards `waiting` and `hasThread`; the condition goes with it.

    static let shared = AppendWriter()

    /// How long lines are collected after a write, in nanoseconds.
    private static let collecting = 10_000_000

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var waiting: [AppendFile] = []
    private var hasThread = false

    private init() {
        // Heap cells, because neither may move. The one instance lives as long as the process.
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe condition.initialize(to: pthread_cond_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    /// Has `file` flushed soon.
    func schedule(_ file: AppendFile) {
        unsafe pthread_mutex_lock(mutex)
        waiting.append(file)
        let mustStart = !hasThread
        hasThread = true
        // While the writer collects it looks again by itself, and nobody waits for the condition.
        unsafe pthread_cond_signal(condition)
        unsafe pthread_mutex_unlock(mutex)
        if mustStart { start() }
    }

    /// In the child after a fork, where only the forking thread goes on: what its parent had pending, the parent writes.
    func forgetThread() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
        waiting = []
        hasThread = false
    }

    private func start() {
        do {
            try SystemThread(name: "log") { [self] in
                while true { writeOnce() }
            }.detach()
        } catch {
            unsafe pthread_mutex_lock(mutex)
            hasThread = false
            let files = waiting
            waiting = []
            unsafe pthread_mutex_unlock(mutex)
            for file in files { file.flush() }
        }
    }

    private func writeOnce() {
        unsafe pthread_mutex_lock(mutex)
        while waiting.isEmpty { unsafe pthread_cond_wait(condition, mutex) }
        let files = waiting
        waiting = []
        unsafe pthread_mutex_unlock(mutex)
        for file in files { file.flush() }
        var pause = timespec(tv_sec: 0, tv_nsec: Self.collecting)
        // Lives for the call.
        unsafe nanosleep(&pause, nil)
    }
}
