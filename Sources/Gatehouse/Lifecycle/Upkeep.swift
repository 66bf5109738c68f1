import GatehouseRuntime

/// What a generation does besides answering requests: looking names up again, probing peers, forgetting old sessions.
package protocol Upkeep: Sendable {
    /// Runs as a task of `loop` until that is cancelled, because the generation was replaced or the server ends. Returns soon then: waits
    /// are `loop.sleep`, or waits of sockets inside `Socket.cancelledWithTask`.
    func run(on loop: EventLoop) async
}

/// Runs upkeep of one generation, and ends it.
final class UpkeepControl: Sendable {
    private let works: [any Upkeep]
    private let ending: AsyncStream<Void>
    private let end: AsyncStream<Void>.Continuation

    init(_ works: [any Upkeep]) {
        self.works = works
        (ending, end) = AsyncStream<Void>.makeStream()
    }

    /// Runs each work on a loop, in turn over the loops, until `stop`; returns when all of them have.
    func run(on loops: [EventLoop]) async {
        if works.isEmpty { return }
        await withDiscardingTaskGroup { group in
            for (number, work) in works.enumerated() {
                let loop = loops[number % loops.count]
                group.addTask(executorPreference: loop) { await work.run(on: loop) }
            }
            for await _ in ending {}
            group.cancelAll()
        }
    }

    /// Cancels what runs, or will begin. Does not wait for its end.
    func stop() { end.finish() }
}
