import GatehouseRuntime
import Glibc
import Synchronization

/// The lock of the library against the standard library's, alone and wanted by several threads.
func lockBenchmarks(on loops: Loops) -> [Benchmark] {
    let ours = Lock(0)
    let standard = StandardLock()
    var all = [
        Benchmark("Lock, uncontended") { times in for _ in 0..<times { ours.withLock { $0 &+= 1 } } },
        Benchmark("Synchronization.Mutex, uncontended") { times in for _ in 0..<times { standard.add() } },
    ]
    for threads in [2, 8] {
        all.append(contended("Lock, wanted by \(threads) threads", by: threads, on: loops) { ours.withLock { $0 &+= 1 } })
        all.append(contended("Synchronization.Mutex, wanted by \(threads) threads", by: threads, on: loops) { standard.add() })
    }
    return all
}

private func contended(_ name: String, by threads: Int, on loops: Loops, _ body: @escaping @Sendable () -> Void) -> Benchmark {
    let work: (Int) async -> Void = { times in
        let start = StartLine(threads)
        await loops.run(threads, across: threads) { _ in
            start.arrive()
            for _ in 0..<times / threads { body() }
        }
    }
    return Benchmark(name, times: (threads * 10_000)...(threads * 10_000), suspending: work)
}

/// Holds threads back until all of them are there: one that came alone would find the lock free.
private final class StartLine: Sendable {
    private let missing: Atomic<Int>

    init(_ count: Int) { missing = Atomic(count) }

    func arrive() {
        missing.subtract(1, ordering: .acquiringAndReleasing)
        while missing.load(ordering: .acquiring) > 0 { sched_yield() }
    }
}

private final class StandardLock: Sendable {
    private let value = Mutex(0)

    func add() { value.withLock { $0 &+= 1 } }
}
