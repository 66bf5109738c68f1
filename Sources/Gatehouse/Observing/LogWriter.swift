import GatehouseRuntime
import GatehouseWire
import Glibc
import Synchronization

/// The thread that writes all logs.
///
/// Some lines are written at once by who appended them (`PromptWrites`). The first line beyond wakes the thread; after a round it lets
/// lines gather for a few milliseconds, so a loaded server wakes it at most some 200 times a second. Before `start()` there is no thread, and a file that has something due is written at once by who appended.
package final class LogWriter: Sendable {
    private struct Thread {
        var files: [Weak] = []
        var handle: pthread_t?
        var reportDropped: (@Sendable (LogFile, Int) -> Void)?
    }

    private struct Weak { weak var file: LogFile? }

    /// How long lines gather before the next round.
    private let pause: Duration
    private let waker: Int32
    private let state = Lock(Thread())
    private let isRunning = Atomic(false)
    private let isStopping = Atomic(false)
    private let isSignalled = Atomic(false)
    private let isWriting = Atomic(false)
    private let prompt: Lock<PromptWrites>

    package init(pause: Duration = .milliseconds(5)) throws(SystemError) {
        self.pause = pause
        prompt = Lock(PromptWrites(8, every: pause, now: .now))
        waker = try LogSystem.makeWaker()
    }

    deinit {
        close(waker)
    }

    /// Starts the thread; in the process that serves, after the fork.
    /// - Parameter reportDropped: hears of lines that found no room, once a round and file.
    package func start(reportDropped: @escaping @Sendable (LogFile, Int) -> Void = { _, _ in }) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            guard state.handle == nil else { return }
            state.reportDropped = reportDropped
            isStopping.store(false, ordering: .relaxed)
            state.handle = try LogSystem.startThread { self.run() }
            isRunning.store(true, ordering: .releasing)
        }
    }

    /// Ends the thread and writes what is left. Blocks.
    package func stop() {
        isRunning.store(false, ordering: .releasing)
        isStopping.store(true, ordering: .releasing)
        LogSystem.wake(waker)
        let handle = state.withLock { state in
            defer { state.handle = nil }
            return state.handle
        }
        if let handle { LogSystem.join(handle) }
        flushNow()
    }

    /// Writes everything that waits, buffered or not. Blocks on the disk; for the end of the process and for reopening.
    package func flushNow() {
        for file in files() { report(file, file.write(isFinal: true)) }
    }

    func register(_ file: LogFile) {
        state.withLock { state in
            state.files.removeAll { $0.file == nil }
            state.files.append(Weak(file: file))
        }
    }

    /// `file` has something due.
    func signal(_ file: LogFile) {
        guard isRunning.load(ordering: .acquiring) else {
            file.write()
            return
        }
        // Not while the thread may be writing: nobody waits for the disk then.
        if file.allowsPromptWrites, !isSignalled.load(ordering: .acquiring), !isWriting.load(ordering: .acquiring),
            prompt.withLock({ $0.admits(now: .now) })
        {
            return report(file, file.write())
        }
        if !isSignalled.exchange(true, ordering: .acquiringAndReleasing) { LogSystem.wake(waker) }
    }

    private func run() {
        while !isStopping.load(ordering: .acquiring) {
            LogSystem.wait(for: waker, timeout: timeToNextDeadline())
            // Cleared before the files are read: a line that comes later signals anew.
            isSignalled.store(false, ordering: .sequentiallyConsistent)
            isWriting.store(true, ordering: .sequentiallyConsistent)
            for file in files() { report(file, file.write()) }
            isWriting.store(false, ordering: .sequentiallyConsistent)
            gather()
        }
    }

    /// Nothing is written for a moment; a stop ends it early only by at most `pause`.
    private func gather() {
        guard !isStopping.load(ordering: .acquiring) else { return }
        LogSystem.pauseThread(pause)
    }

    private func timeToNextDeadline() -> Duration? {
        guard let next = files().compactMap({ $0.deadline() }).min() else { return nil }
        return max(.zero, next - MonotonicInstant.now)
    }

    private func files() -> [LogFile] {
        state.withLock { $0.files.compactMap(\.file) }
    }

    private func report(_ file: LogFile, _ dropped: Int) {
        guard dropped > 0, let report = state.withLock({ $0.reportDropped }) else { return }
        report(file, dropped)
    }
}
