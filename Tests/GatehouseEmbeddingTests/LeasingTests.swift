import Gatehouse
import GatehouseTestKit
import Testing

/// What an embedder's requests meet, in virtual time: only what is public is used.
@Suite struct LeasingTests {
    private struct Refused: Error {}

    @Test(arguments: Seeds(0..<40)) func `a refusing server costs no caller an error`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let peers = ScriptedPeers(["a", "b"], clock: schedule.clock)
        peers.script("a", then: .refuse)
        let pool = UpstreamPool(servers: ["a", "b"], clock: schedule.clock, seed: seed)
        for _ in 0..<40 {
            schedule.start {
                let status = try await pool.withUpstream(tries: 2) { try await peers.send(to: $0.name) }
                #expect(status == 200)
            }
        }
        try schedule.run()
        #expect(peers.requests(to: "b") == 40)
    }

    @Test(arguments: Seeds(0..<40)) func `every lease comes back, however its body ends`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let pool = UpstreamPool(
            servers: ["a", .init("b", maxFails: 0), .init("c", maxFails: 0)], method: .leastConnections, clock: schedule.clock, seed: seed)
        let clock = schedule.clock
        for number in 0..<60 {
            schedule.start {
                let task = Task(executorPreference: schedule.executor) {
                    try await pool.withUpstream { upstream in
                        try await clock.sleep(for: .milliseconds(number % 7))
                        if number % 3 == 0 { throw Refused() }
                        if number % 5 == 0 { upstream.fail() }
                    }
                }
                if number % 4 == 0 { task.cancel() }
                _ = await task.result
            }
        }
        try schedule.run()
        #expect(try schedule.value { await pool.status.map(\.active) } == [0, 0, 0])
    }

    @Test(arguments: Seeds(0..<40)) func `a server never has more than max_conns, and all who wait get their turn`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let peers = ScriptedPeers(["a", "b"], clock: schedule.clock)
        peers.script("a", then: .answer(after: .milliseconds(10)))
        peers.script("b", then: .answer(after: .milliseconds(25)))
        let pool = UpstreamPool(
            servers: [.init("a", maxConnections: 2), .init("b", maxConnections: 3)], rules: .init(queue: .init(100)), clock: schedule.clock,
            seed: seed)
        for _ in 0..<60 {
            schedule.start { _ = try await pool.withUpstream { try await peers.send(to: $0.name) } }
        }
        try schedule.run()
        #expect(peers.mostActive(at: "a") == 2)
        #expect(peers.mostActive(at: "b") == 3)
        #expect(peers.requests(to: "a") + peers.requests(to: "b") == 60)
    }

    @Test(arguments: Seeds(0..<20)) func `who waits too long is told so, on the clock of the pool`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let clock = schedule.clock
        let pool = UpstreamPool(
            servers: [.init("a", maxConnections: 1)], rules: .init(queue: .init(1, timeout: .seconds(2))), clock: clock, seed: seed)
        let outcomes = Outcomes()
        schedule.start {
            try await pool.withUpstream { _ in
                for _ in 0..<2 {
                    schedule.start {
                        await outcomes.note { try await pool.withUpstream { _ in } }
                        if clock.elapsed > .zero { #expect(clock.elapsed == .seconds(2)) }
                    }
                }
                try await clock.sleep(for: .seconds(5))
            }
        }
        try schedule.run()
        #expect(try schedule.value { await outcomes.all } == [.queueFull, .timedOut])
    }

    @Test(arguments: Seeds(0..<20)) func `a cancelled waiter leaves the queue to others`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let pool = UpstreamPool(
            servers: [.init("a", maxConnections: 1)], rules: .init(queue: .init(2)), clock: schedule.clock, seed: seed)
        schedule.start {
            try await pool.withUpstream { _ in
                let waiter = Task(executorPreference: schedule.executor) { try await pool.withUpstream { _ in } }
                try await schedule.clock.sleep(for: .seconds(1))
                waiter.cancel()
                await #expect(throws: CancellationError.self) { try await waiter.value }
                schedule.start { try await pool.withUpstream { _ in } }
                try await schedule.clock.sleep(for: .seconds(1))
            }
        }
        try schedule.run()
        #expect(try schedule.value { await pool.status.map(\.active) } == [0])
    }

    @Test func `without a server there is a reason, and no attempt`() async {
        let pool = UpstreamPool(servers: [.init("a", isDown: true)], clock: ManualClock())
        await #expect(throws: UpstreamError.noneLive) {
            try await pool.withUpstream { _ in Issue.record("there is nobody to ask") }
        }
    }

    @Test func `the last failure is what a caller sees when nobody is left`() async {
        let pool = UpstreamPool(servers: ["a", "b"], clock: ManualClock())
        await #expect(throws: Refused.self) { try await pool.withUpstream(tries: 9) { _ in throw Refused() } }
    }

    @Test func `keys stay with their server, and routes bind`() async throws {
        let servers: [UpstreamPool.Server] = [.init("a", route: "x"), .init("b", route: "y"), .init("c", route: "z")]
        let pool = UpstreamPool(servers: servers, method: .consistentHash, clock: ManualClock())
        let first = try await pool.withUpstream(for: "reader 17") { $0.name }
        for _ in 0..<10 { #expect(try await pool.withUpstream(for: "reader 17") { $0.name } == first) }
        #expect(try await pool.withUpstream(boundTo: "z") { $0.name } == "c")
    }
}

/// How leases ended that were refused, in the order of their names.
actor Outcomes {
    private var noted: [UpstreamError] = []

    var all: [UpstreamError] { noted.sorted { "\($0)" < "\($1)" } }

    nonisolated func note(_ work: () async throws -> Void) async {
        do {
            try await work()
        } catch let error as UpstreamError {
            await add(error)
        } catch {
            Issue.record(error)
        }
    }

    private func add(_ error: UpstreamError) { noted.append(error) }
}
