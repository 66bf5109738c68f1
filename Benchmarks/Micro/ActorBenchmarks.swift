import GatehouseRuntime

/// What it costs to ask an actor something, by where the asking task runs.
func actorBenchmarks(on loops: Loops) -> [Benchmark] {
    let counter = Counter()
    let pinned: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loops.first) { await counter.add(times) }
    }
    let unpinned: (Int) async -> Void = { times in
        await withTaskExecutorPreference(globalConcurrentExecutor) { await counter.add(times) }
    }
    let fromMain: @MainActor (Int) async -> Void = { times in
        for number in 0..<times {
            await counter.add()
            keep(number)
        }
    }
    let bound: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loops.first) {
            for number in 0..<times {
                await MainCounter.shared.add()
                keep(number)
            }
        }
    }
    return [
        Benchmark("actor call, from a task pinned to a loop", suspending: pinned),
        Benchmark("actor call, from a task of the global pool", suspending: unpinned),
        Benchmark("actor call, from the main actor", suspending: fromMain),
        Benchmark("call of an actor bound to another thread (the main actor), from a loop", suspending: bound),
    ] + [2, 4].map { count in contended(counter, by: count, on: loops) }
}

/// As many callers as loops: each call finds the actor busy half of the time.
private func contended(_ counter: Counter, by count: Int, on loops: Loops) -> Benchmark {
    let work: (Int) async -> Void = { times in
        await loops.run(count, across: count) { _ in await counter.add(times / count) }
    }
    return Benchmark("actor call, from \(count) tasks on \(count) loops at once", times: (count * 64)...Int.max, suspending: work)
}

private actor Counter {
    private var value = 0

    func add() { value &+= 1 }

    /// Calls `add` from outside the actor. `keep` stands between two calls, or the compiler would stay inside for all of them.
    nonisolated func add(_ times: Int) async {
        for number in 0..<times {
            await add()
            keep(number)
        }
    }
}

@MainActor private final class MainCounter {
    static let shared = MainCounter()
    private var value = 0

    func add() { value &+= 1 }
}
