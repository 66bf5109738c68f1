import GatehouseRuntime

/// The event loops the benchmarks run on, shared by all of them.
struct Loops {
    let all: [EventLoop]

    init() throws {
        all = try (0..<8).map { try EventLoop.start(name: "bench \($0)", index: $0) }
    }

    var first: EventLoop { all[0] }

    /// Runs `work` in `count` tasks, each pinned to one of the first `width` loops in turn, and waits for all of them.
    func run(_ count: Int, across width: Int, _ work: @escaping @Sendable (_ number: Int) async -> Void) async {
        await withDiscardingTaskGroup { group in
            for number in 0..<count {
                group.addTask(executorPreference: all[number % width]) { await work(number) }
            }
        }
    }
}
