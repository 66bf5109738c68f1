import GatehouseWire
import Glibc
import Testing

@testable import GatehouseRuntime

@Suite struct EventLoopTests {
    @Test func `a task that prefers the loop runs on its thread`() async throws {
        try await onLoop { loop in
            #expect(loop.isCurrent)
            #expect(EventLoop.current === loop)
            await Task.yield()
            #expect(loop.isCurrent)
        }
        #expect(EventLoop.current == nil)
    }

    @Test func `work that is posted from another thread runs on the loop in order`() async throws {
        let loop = try EventLoop.start(name: "test", index: 3)
        defer { loop.join() }
        defer { loop.stop() }
        let order = Lock([Int]())
        await withCheckedContinuation { continuation in
            for number in 0..<100 { loop.post { order.withLock { $0.append(loop.isCurrent ? number : -1) } } }
            loop.post { continuation.resume() }
        }
        #expect(order.withLock { $0 } == Array(0..<100))
    }

    @Test func `timers fire in the order of their time, and never early`() async throws {
        try await onLoop { loop in
            let fired = LoopConfined(Box([Int]()))
            let begin = MonotonicInstant.now
            for delay in [9, 3, 6] {
                _ = loop.schedule(at: begin + .milliseconds(delay)) {
                    #expect(MonotonicInstant.now >= begin + .milliseconds(delay))
                    fired.value.content.append(delay)
                }
            }
            loop.schedule(at: begin + .milliseconds(5)) { Issue.record("cancelled") }.cancel()
            try await loop.sleep(until: begin + .milliseconds(12))
            #expect(fired.value.content == [3, 6, 9])
        }
    }

    @Test func `a sleep ends when its task is cancelled`() async throws {
        try await onLoop { loop in
            let begin = MonotonicInstant.now
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await loop.sleep(until: .now + .seconds(60)) }
                }
                await Task.yield()
                group.cancelAll()
                group.addTask {
                    await #expect(throws: CancellationError.self) { try await loop.sleep(until: .now + .seconds(60)) }
                }
            }
            #expect(MonotonicInstant.now - begin < .seconds(5))
        }
    }

    @Test func `a sleep from outside of the loop works too`() async throws {
        let loop = try EventLoop.start(name: "test", index: 0)
        let begin = MonotonicInstant.now
        try await loop.sleep(until: begin + .milliseconds(2))
        #expect(MonotonicInstant.now - begin >= .milliseconds(2))
        loop.stop()
        loop.join()
    }

    @Test func `the end of the turn comes after the jobs that are ready`() async throws {
        try await onLoop { loop in
            let events = LoopConfined(Box([String]()))
            await withCheckedContinuation { continuation in
                loop.atEndOfTurn {
                    events.value.content.append("end")
                    continuation.resume()
                }
                events.value.content.append("job")
            }
            #expect(events.value.content == ["job", "end"])
        }
    }

    @Test func `the time stands still within a turn`() async throws {
        try await onLoop { loop in
            await Task.yield()
            let (now, wallClock) = (loop.now, loop.wallClock)
            while MonotonicInstant.now - now < .microseconds(50) {}
            #expect(loop.now == now)
            #expect(loop.wallClock == wallClock)
            #expect(abs(wallClock.seconds - time(nil)) <= 1)
        }
    }

    @Test func `an idle loop does not wake`() async throws {
        try await onLoop { loop in
            let before = loop.turns
            try await loop.sleep(until: .now + .milliseconds(20))
            #expect(loop.turns - before <= 6)
        }
    }

    @Test func `buffers come back with their size and without their bytes`() async throws {
        try await onLoop { loop in
            let first = loop.buffers.borrow(5000)
            #expect(first.capacity == 16 << 10)
            first.append("secret")
            loop.buffers.giveBack(first)
            let second = loop.buffers.borrow(16 << 10)
            #expect(second === first && second.isEmpty)
            #expect(loop.buffers.borrow(1) !== first)
            #expect(loop.buffers.borrow(1 << 20).capacity >= 1 << 20)
        }
    }
}

final class Box<Content> {
    var content: Content

    init(_ content: Content) {
        self.content = content
    }
}
