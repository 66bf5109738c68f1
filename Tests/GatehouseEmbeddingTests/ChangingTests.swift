import Gatehouse
import GatehouseTestKit
import Testing

/// Changes while a group runs, and who hears of them: only what is public is used.
@Suite struct ChangingTests {
    private struct Unwell: Error, CustomStringConvertible {
        let description = "it is unwell"
    }

    @Test func `every change is told, with its reason`() async throws {
        let pool = UpstreamPool(servers: ["a", "b"], clock: ManualClock())
        var changes = pool.changes.makeAsyncIterator()
        await pool.drain("a")
        #expect(await pool.takeDown("a"))
        await pool.bringUp("a")
        #expect(await !pool.drain("c"))
        #expect(try await changes.next() == .init("a", from: .up, to: .draining, reason: "set by hand"))
        #expect(try await changes.next() == .init("a", from: .draining, to: .down, reason: "set by hand"))
        #expect(try await changes.next() == .init("a", from: .down, to: .up, reason: "set by hand"))
        _ = try? await pool.withUpstream { _ in throw Unwell() } as Void
        #expect(try await changes.next()?.to == .unavailable)
    }

    @Test func `changes end with the group`() async {
        var pool: UpstreamPool? = UpstreamPool(servers: ["a"], clock: ManualClock())
        let changes = pool!.changes
        pool = nil
        for await change in changes { Issue.record("nothing changed, but \(change)") }
    }

    @Test func `servers come, change and go while requests run`() async throws {
        let pool = UpstreamPool(servers: ["a"], clock: ManualClock())
        try await pool.withUpstream { upstream in
            await pool.add("b")
            #expect(await pool.remove("a"))
            #expect(upstream.name == "a")
        }
        #expect(await pool.status.map(\.name) == ["b"])
        await pool.add(.init("b", weight: 5))
        #expect(await pool.status.map(\.weight) == [5])
        #expect(await pool.status[0].active == 0)
        #expect(await !pool.remove("a"))
    }

    @Test func `a server that failed rests on the clock of the pool`() async throws {
        let clock = ManualClock()
        let pool = UpstreamPool(servers: [.init("a", failTimeout: .seconds(10)), "b"], clock: clock)
        var failed = 0
        while failed == 0 {
            _ = try? await pool.withUpstream { upstream in
                if upstream.name == "a" {
                    failed += 1
                    throw Unwell()
                }
            }
        }
        for _ in 0..<4 { #expect(try await pool.withUpstream { $0.name } == "b") }
        clock.advance(by: .seconds(11))
        var names: Set<String> = []
        for _ in 0..<4 { names.insert(try await pool.withUpstream { $0.name }) }
        #expect(names == ["a", "b"])
    }
}
