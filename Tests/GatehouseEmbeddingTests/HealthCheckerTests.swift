import Gatehouse
import GatehouseTestKit
import Testing

/// Active checks of an embedder's group, in virtual time: only what is public is used.
@Suite struct HealthCheckerTests {
    @Test(arguments: Seeds(0..<20)) func `a server that fails its checks is left out until it passes again`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let peers = ScriptedPeers(["a", "b"], clock: schedule.clock)
        let pool = UpstreamPool(servers: ["a", "b"], clock: schedule.clock, seed: seed)
        let rules = HealthChecker.Rules(interval: .seconds(1), jitter: .milliseconds(100), fails: 2, passes: 2)
        let checker = HealthChecker(pool, rules: rules, seed: seed) { name in _ = try await peers.send(to: name) }
        schedule.startInBackground { try await checker.run() }
        schedule.start {
            try await schedule.clock.sleep(for: .seconds(3))
            peers.script("a", then: .refuse)
            try await schedule.clock.sleep(for: .seconds(4))
            #expect(await pool.status.map(\.state) == [.unhealthy, .up])
            for _ in 0..<5 { #expect(try await pool.withUpstream { $0.name } == "b") }
            peers.script("a")
            try await schedule.clock.sleep(for: .seconds(4))
            #expect(await pool.status.map(\.state) == [.up, .up])
        }
        try schedule.run()
        #expect(peers.mostActive(at: "a") == 1)
    }

    @Test(arguments: Seeds(0..<20)) func `a probe that hangs has failed when its time is up`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let pool = UpstreamPool(servers: ["a", "b"], clock: schedule.clock, seed: seed)
        let clock = schedule.clock
        let checker = HealthChecker(pool, rules: .init(interval: .seconds(2), timeout: .seconds(1)), seed: seed) { name in
            if name == "a" { try await clock.sleep(for: .seconds(3600)) }
        }
        let changes = pool.changes
        schedule.startInBackground { try await checker.run() }
        schedule.start {
            for await change in changes {
                #expect(change == .init("a", from: .up, to: .unhealthy, reason: "timed out"))
                return
            }
        }
        try schedule.run()
        #expect(schedule.clock.elapsed <= .seconds(4))
    }

    @Test(arguments: Seeds(0..<20)) func `a mandatory check comes before the first request, also for a server that joins`(seed: UInt64)
        throws
    {
        let schedule = SeededSchedule(seed: seed)
        let pool = UpstreamPool(servers: ["a"], rules: .init(queue: .init(10)), clock: schedule.clock, seed: seed)
        let probed = Names()
        let checker = HealthChecker(pool, rules: .init(isMandatory: true), seed: seed) { name in await probed.add(name) }
        schedule.startInBackground { try await checker.run() }
        schedule.start {
            try await schedule.clock.sleep(for: .seconds(10))
            await pool.add("b")
            for number in 0..<20 {
                let name = try await pool.withUpstream { $0.name }
                #expect(await probed.all.contains(name))
                // The first ones at once: the check of the new server is still to come then.
                if number > 5 { try await schedule.clock.sleep(for: .seconds(1)) }
            }
            #expect(await probed.all == ["a", "b"])
        }
        try schedule.run()
    }

    @Test(arguments: Seeds(0..<20)) func `a second checker is refused while the first one runs, and may follow it`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let pool = UpstreamPool(servers: ["a"], clock: schedule.clock, seed: seed)
        let probed = Names()
        let first = HealthChecker(pool, rules: .init(isMandatory: true), seed: seed) { _ in await probed.add("first") }
        let second = HealthChecker(pool, seed: seed) { _ in await probed.add("second") }
        schedule.start {
            let running = Task(executorPreference: schedule.executor) { try await first.run() }
            try await schedule.clock.sleep(for: .seconds(20))
            await #expect(throws: HealthChecker.AlreadyRunning.self) { try await second.run() }
            await pool.add("b")
            #expect(await pool.status.map(\.state) == [.up, .checking])
            running.cancel()
            await #expect(throws: CancellationError.self) { try await running.value }
            // Nobody is waited for now, nor who joins.
            await pool.add("c")
            #expect(await pool.status.map(\.state) == [.up, .up, .up])
            #expect(await probed.all == ["first"])
            schedule.startInBackground { try await second.run() }
            try await schedule.clock.sleep(for: .seconds(20))
            #expect(await probed.all == ["first", "second"])
        }
        try schedule.run()
    }
}

/// Names in the order of their first coming.
private actor Names {
    private(set) var all: [String] = []
    func add(_ name: String) { if !all.contains(name) { all.append(name) } }
}
