import GatehouseRuntime
import Testing

@testable import Gatehouse

@Suite struct UpkeepTests {
    /// Notes where it runs, and then sleeps for ever.
    private struct Noting: Upkeep {
        let began: @Sendable (Int?) -> Void
        let ended: @Sendable () -> Void

        func run(on loop: EventLoop) async {
            began(loop.isCurrent ? loop.index : nil)
            try? await loop.sleep(until: loop.never)
            ended()
        }
    }

    @Test func `works are spread over the loops, and end when they are told to`() async throws {
        let loops = try (0..<2).map { try EventLoop.start(name: "upkeep", index: $0) }
        let (places, place) = AsyncStream<Int?>.makeStream()
        let ends = Lock(0)
        let work = Noting(began: { place.yield($0) }, ended: { ends.withLock { $0 += 1 } })
        let control = UpkeepControl([work, work, work])
        async let run: Void = control.run(on: loops)
        var seen: [Int?] = []
        for await index in places {
            seen.append(index)
            if seen.count == 3 { break }
        }
        control.stop()
        await run
        #expect(seen.compactMap { $0 }.sorted() == [0, 0, 1])
        #expect(ends.withLock { $0 } == 3)
        for loop in loops { loop.stop() }
    }

    @Test func `what is stopped before it runs ends at once`() async throws {
        let loop = try EventLoop.start(name: "upkeep", index: 0)
        let control = UpkeepControl([Noting(began: { _ in }, ended: {})])
        control.stop()
        await control.run(on: [loop])
        loop.stop()
    }
}
