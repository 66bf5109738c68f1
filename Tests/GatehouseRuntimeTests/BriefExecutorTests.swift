import Synchronization
import Testing

@testable import GatehouseRuntime

struct BriefExecutorTests {
    /// Counts, and knows whether two were ever inside at once.
    private actor Counter {
        private nonisolated let executor = BriefExecutor()
        nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
        private nonisolated let isInside = Atomic(false)
        nonisolated let overlaps = Atomic(0)
        private(set) var count = 0

        func add() {
            if isInside.exchange(true, ordering: .sequentiallyConsistent) { overlaps.add(1, ordering: .relaxed) }
            count += 1
            isInside.store(false, ordering: .sequentiallyConsistent)
        }

        nonisolated func addNow() { executor.enter { assumeIsolated { $0.add() } } }

        /// A task that begins on this executor while a thread is inside.
        func addLater() -> Task<Void, Never> { Task { add() } }
    }

    @Test func `a call without a task is done when it returns`() async {
        let counter = Counter()
        counter.addNow()
        #expect(await counter.count == 1)
    }

    @Test func `callers from many threads, waiting and not, are never inside together`() async {
        let counter = Counter()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for round in 0..<500 { if round % 2 == 0 { counter.addNow() } else { await counter.add() } }
                }
            }
        }
        #expect(await counter.count == 4000)
        #expect(counter.overlaps.load(ordering: .relaxed) == 0)
    }

    @Test func `a task made inside runs on the same executor`() async {
        let counter = Counter()
        await counter.addLater().value
        #expect(await counter.count == 1)
    }
}
