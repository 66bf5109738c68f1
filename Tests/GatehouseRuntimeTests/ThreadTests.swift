import Synchronization
import Testing

@testable import GatehouseRuntime

@Suite struct ThreadTests {
    @Test func `a lock lets one in at a time`() async {
        let count = Lock(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<2000 { count.withLock { $0 += 1 } } }
            }
        }
        #expect(count.withLock { $0 } == 8000)
    }

    @Test func `blocking work leaves the loop, and its result comes back to it`() async throws {
        try await onLoop { loop in
            let wasOnLoop = await BlockingPool.shared.run { loop.isCurrent }
            #expect(!wasOnLoop)
            #expect(loop.isCurrent)
        }
    }

    @Test func `more work than threads is done all the same, and errors keep their type`() async {
        let pool = BlockingPool(threadLimit: 2, queueLimit: 1)
        let sum = await withTaskGroup(of: Int.self) { group in
            for number in 1...100 { group.addTask { await pool.run { number } } }
            return await group.reduce(0, +)
        }
        #expect(sum == 5050)
        await #expect(throws: SystemError(code: 5, operation: "read")) {
            try await pool.run { () throws(SystemError) -> Int in throw SystemError(code: 5, operation: "read") }
        }
        pool.close()
    }

    @Test func `what nobody awaits is refused when too much waits`() async {
        let pool = BlockingPool(threadLimit: 1, queueLimit: 1)
        let gate = Lock(())
        let started = Atomic(false)
        gate.withLock { _ in
            #expect(
                pool.trySubmit {
                    started.store(true, ordering: .relaxed)
                    gate.withLock { _ in }
                })
            while !started.load(ordering: .relaxed) {}
            #expect(pool.trySubmit {})
            #expect(!pool.trySubmit {})
        }
        pool.close()
    }
}
