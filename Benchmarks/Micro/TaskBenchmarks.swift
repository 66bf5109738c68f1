import GatehouseRuntime

/// What a task costs, as one is made for every connection.
func taskBenchmarks(on loop: EventLoop) -> [Benchmark] {
    let children: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loop) { await makeChildren(times, on: loop) {} }
    }
    let suspending: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loop) { await makeChildren(times, on: loop) { await Task.yield() } }
    }
    let unpinned: (Int) async -> Void = { times in
        await withTaskExecutorPreference(globalConcurrentExecutor) { await makeChildren(times, on: nil) {} }
    }
    return [
        Benchmark("task of a discarding group on its loop, made and ended", suspending: children),
        Benchmark("task of a discarding group on its loop, with one suspension", suspending: suspending),
        Benchmark("task of a discarding group on the global pool, made and ended", suspending: unpinned),
    ]
}

/// As `Listener` makes them: children of one group that throws their results away. Lets them run after every 64th.
private func makeChildren(_ times: Int, on loop: EventLoop?, _ work: @escaping @Sendable () async -> Void) async {
    await withDiscardingTaskGroup { group in
        for number in 0..<times {
            group.addTask(executorPreference: loop) { await work() }
            if number % 64 == 63 { await Task.yield() }
        }
    }
}
