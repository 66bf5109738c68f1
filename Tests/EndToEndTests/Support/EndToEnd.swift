import Foundation
import Testing

/// All tests that drive the whole proxy over sockets: one after the other, so that none waits for another's threads.
@Suite(.serialized, .timeLimit(.minutes(2)))
enum EndToEnd {}

/// Runs blocking code on threads of its own: the tests' shared ones are also the proxy's.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    try await withTaskExecutorPreference(BlockingThreads.shared) { try await body() }
}

/// Looks again and again for at most five seconds.
func eventually(_ condition: () throws -> Bool) throws {
    for _ in 0..<500 {
        if (try? condition()) == true { return }
        usleep(10_000)
    }
    Issue.record("it did not happen within five seconds")
}

/// Runs each job on a thread made for it.
final class BlockingThreads: TaskExecutor {
    static let shared = BlockingThreads()

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = unsafe asUnownedTaskExecutor()
        Thread.detachNewThread { unsafe job.runSynchronously(on: executor) }
    }
}
