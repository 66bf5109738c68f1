import Gatehouse
import GatehouseTestKit
import Testing

/// Limits, retry budgets and outliers of an embedder's group: only what is public is used.
@Suite struct ProtectionTests {
    private struct Unwell: Error {}

    @Test(arguments: Seeds(0..<20)) func `more than the limits is refused at once`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let clock = schedule.clock
        let pool = UpstreamPool(servers: ["a", "b"], rules: .init(limits: .init(connections: 3)), clock: clock, seed: seed)
        let outcomes = Outcomes()
        for _ in 0..<10 {
            schedule.start {
                await outcomes.note { try await pool.withUpstream { _ in try await clock.sleep(for: .seconds(1)) } }
            }
        }
        try schedule.run()
        #expect(clock.elapsed == .seconds(1))
        #expect(try schedule.value { await outcomes.all } == Array(repeating: .overloaded, count: 7))
    }

    @Test(arguments: Seeds(0..<20)) func `a group in trouble is not given several times its load`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let servers = ["a", "b", "c", "d"].map { UpstreamPool.Server($0, maxFails: 0) }
        let rules = UpstreamPool.Rules(retryBudget: .init(share: 20, minimum: 3))
        let pool = UpstreamPool(servers: servers, rules: rules, clock: schedule.clock, seed: seed)
        var before = 0
        for _ in 1...2 {
            for _ in 0..<100 {
                schedule.start {
                    await #expect(throws: Unwell.self) {
                        try await pool.withUpstream(tries: 4) { _ in
                            try await schedule.clock.sleep(for: .seconds(1))
                            throw Unwell()
                        }
                    }
                }
            }
            try schedule.run()
            let requests = try schedule.value { await pool.status.map(\.requests).reduce(0, +) }
            #expect((101...130).contains(requests - before))
            before = requests
        }
        #expect(try schedule.value { await pool.status.map(\.active) } == [0, 0, 0, 0])
    }

    @Test func `a server that fails more than the others is left out`() async throws {
        let clock = ManualClock()
        let servers = ["a", "b", "c", "d"].map { UpstreamPool.Server($0, maxFails: 0) }
        let pool = UpstreamPool(servers: servers, rules: .init(outlierEjection: .init(minimum: 10)), clock: clock, seed: 1)
        for _ in 0..<200 {
            clock.advance(by: .milliseconds(5))
            try await pool.withUpstream { upstream in
                upstream.responseBegan(status: upstream.name == "a" ? 503 : 200)
            }
        }
        #expect(await pool.status.map(\.state) == [.unavailable, .up, .up, .up])
        #expect(await pool.status[0].requests < 20)
    }
}
