import Gatehouse
import GatehouseTestKit
import Testing

/// What keeps requests from servers that should not have them, under many tasks and in virtual time: only what is public is used.
@Suite struct HealthRuleTests {
    private struct Unwell: Error {}

    /// Clients that ask again and again, and when which server was asked.
    private struct Scene: Sendable {
        let schedule: SeededSchedule
        let pool: UpstreamPool
        let visits = Visits()
        var clock: ManualClock { schedule.clock }

        init(
            _ seed: UInt64, _ servers: [UpstreamPool.Server], _ method: UpstreamPool.Method = .roundRobin,
            _ rules: UpstreamPool.Rules = .init()
        ) {
            schedule = SeededSchedule(seed: seed)
            pool = UpstreamPool(servers: servers, method: method, rules: rules, clock: schedule.clock, seed: seed)
        }

        /// Each client makes a request, waits a moment, and makes the next one, until the time is over.
        func ask(clients: Int, until end: Duration, tries: Int = 3, _ fate: @escaping @Sendable (String, Duration) -> Bool) {
            for client in 0..<clients {
                schedule.start {
                    while clock.elapsed < end {
                        try? await pool.withUpstream(tries: tries) { upstream in
                            let begin = clock.elapsed
                            await visits.began(upstream.name, at: begin)
                            try await clock.sleep(for: .milliseconds(5 + client % 3))
                            let isWell = fate(upstream.name, begin)
                            await visits.ended(upstream.name, at: clock.elapsed, isWell: isWell)
                            if !isWell { throw Unwell() }
                        }
                        try await clock.sleep(for: .milliseconds(30 + client % 7))
                    }
                }
            }
        }

        func visits(to name: String) throws -> [Visits.Visit] { try schedule.value { await visits.all.filter { $0.name == name } } }
    }

    @Test(arguments: Seeds(0..<4)) func `max_fails within fail_timeout rests a server, and one chance brings it back`(seed: UInt64) throws {
        let scene = Scene(seed, [.init("a", maxFails: 2, failTimeout: .seconds(2)), "b"])
        scene.ask(clients: 8, until: .seconds(5)) { name, time in name == "b" || time > .seconds(1) }
        try scene.schedule.run()
        let all = try scene.visits(to: "a")
        let failed = all.filter { !$0.isWell }.compactMap(\.end)
        let rested = try #require(failed.sorted().dropFirst().first)
        let last = try #require(failed.max())
        #expect(!all.contains { $0.begin > last && $0.begin < last + .seconds(2) })
        #expect(rested < .milliseconds(200))
        #expect(all.contains { $0.begin > last + .seconds(2) && $0.isWell })
    }

    @Test(arguments: Seeds(0..<4)) func `backups serve only while no other server does`(seed: UInt64) throws {
        let scene = Scene(
            seed, [.init("a", failTimeout: .seconds(1)), .init("b", failTimeout: .seconds(1)), .init("spare", isBackup: true)])
        scene.ask(clients: 6, until: .seconds(6)) { name, time in name == "spare" || time < .seconds(1) || time > .seconds(3) }
        try scene.schedule.run()
        let spare = try scene.visits(to: "spare").map(\.begin)
        #expect(!spare.isEmpty && spare.allSatisfy { $0 > .seconds(1) && $0 < .seconds(5) })
        #expect(try scene.visits(to: "a").contains { $0.begin > .seconds(5) })
    }

    @Test(arguments: Seeds(0..<4)) func `slow_start lets a server in by and by`(seed: UInt64) throws {
        let scene = Scene(seed, [.init("a", slowStart: .seconds(4), isDown: true), "b"])
        scene.schedule.start { await scene.pool.bringUp("a") }
        scene.ask(clients: 10, until: .seconds(6)) { _, _ in true }
        try scene.schedule.run()
        let begins = try scene.visits(to: "a").map(\.begin)
        let thirds = (0..<3).map { third in begins.count { $0 >= .seconds(2 * third) && $0 < .seconds(2 * third + 2) } }
        #expect(2 * thirds[0] < thirds[1] && thirds[1] < thirds[2], "\(thirds)")
        let others = try scene.visits(to: "b").count { $0.begin >= .seconds(4) }
        #expect(abs(thirds[2] - others) < others / 5, "\(thirds), \(others)")
    }

    @Test(arguments: Seeds(0..<4)) func `who drains serves only those bound to it, who is down serves nobody`(seed: UInt64) throws {
        let scene = Scene(seed, [.init("a", route: "x"), .init("b", route: "y"), "c"])
        scene.schedule.start {
            try await scene.clock.sleep(for: .seconds(1))
            await scene.pool.drain("a")
            await scene.pool.takeDown("b")
            for route in ["x", "y"] {
                for _ in 0..<5 {
                    let name = try await scene.pool.withUpstream(boundTo: route) { $0.name }
                    #expect(route == "x" ? name == "a" : name == "c")
                }
            }
        }
        scene.ask(clients: 6, until: .seconds(2)) { _, _ in true }
        try scene.schedule.run()
        for name in ["a", "b"] {
            let begins = try scene.visits(to: name).map(\.begin)
            #expect(begins.contains { $0 < .seconds(1) } && !begins.contains { $0 > .seconds(1) })
        }
    }

    @Test(arguments: Seeds(0..<4)) func `an outlier leaves, is tried by one request at a time, and comes back`(seed: UInt64) throws {
        let ejection = UpstreamPool.Rules.OutlierEjection(minimum: 10, window: .seconds(1), time: .seconds(2))
        let servers = ["a", "b", "c", "d"].map { UpstreamPool.Server($0, maxFails: 0) }
        let scene = Scene(seed, servers, .roundRobin, .init(outlierEjection: ejection))
        scene.ask(clients: 12, until: .seconds(12)) { name, time in name != "a" || time > .seconds(6) }
        try scene.schedule.run()
        let all = try scene.visits(to: "a")
        // Gone within the first second; until it is well, one request a trial, each twice as late as the one before.
        let trials = all.filter { $0.begin > .seconds(1) && $0.begin < .seconds(6) }
        #expect((1...3).contains(trials.count) && trials.allSatisfy { !$0.isWell })
        for (one, next) in zip(trials, trials.dropFirst()) { #expect(next.begin >= (one.end ?? .zero) + .seconds(2)) }
        #expect(all.count { $0.begin > .seconds(10) } > 20)
        #expect(try scene.schedule.value { await scene.pool.status.map(\.state) } == [.up, .up, .up, .up])
    }

    @Test(arguments: [(status: 200, slow: UpstreamPool.State.unavailable), (503, .up)], Seeds(0..<4))
    func `a server that is slower than the group leaves, trouble of all is nobody's`(
        _ answer: (status: Int, slow: UpstreamPool.State), _ seed: UInt64
    ) throws {
        let ejection = UpstreamPool.Rules.OutlierEjection(slow: 300, minimum: 10, window: .seconds(2), time: .seconds(60))
        let schedule = SeededSchedule(seed: seed)
        let peers = ScriptedPeers(["a", "b", "c"], clock: schedule.clock)
        peers.script("a", then: .answer(status: answer.status, after: .milliseconds(answer.status == 200 ? 200 : 20)))
        for name in ["b", "c"] { peers.script(name, then: .answer(status: answer.status, after: .milliseconds(20))) }
        let pool = UpstreamPool(
            servers: ["a", "b", "c"], rules: .init(outlierEjection: ejection), clock: schedule.clock, seed: seed)
        for _ in 0..<10 {
            schedule.start {
                while schedule.clock.elapsed < .seconds(3) {
                    try await pool.withUpstream { $0.responseBegan(status: try await peers.send(to: $0.name)) }
                }
            }
        }
        try schedule.run()
        #expect(try schedule.value { await pool.status.map(\.state) } == [answer.slow, .up, .up])
    }

    @Test(arguments: Seeds(0..<4)) func `pending requests wait for a place within the limits, more are refused`(seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let clock = schedule.clock
        let pool = UpstreamPool(servers: ["a", "b"], rules: .init(limits: .init(connections: 2, pending: 3)), clock: clock, seed: seed)
        let outcomes = Outcomes()
        for _ in 0..<9 {
            schedule.start { await outcomes.note { try await pool.withUpstream { _ in try await clock.sleep(for: .seconds(1)) } } }
        }
        try schedule.run()
        #expect(try schedule.value { await outcomes.all } == Array(repeating: .overloaded, count: 4))
        #expect(clock.elapsed == .seconds(3))
    }

    @Test(arguments: Seeds(0..<4)) func `checks and requests judge a server together`(seed: UInt64) throws {
        let scene = Scene(seed, ["a", "b", "c"])
        let rules = HealthChecker.Rules(interval: .milliseconds(200), jitter: .milliseconds(50), fails: 2, passes: 3)
        let checker = HealthChecker(scene.pool, rules: rules, seed: seed) { name in
            try await scene.clock.sleep(for: .milliseconds(3))
            if name == "a" && scene.clock.elapsed > .seconds(2) && scene.clock.elapsed < .seconds(4) { throw Unwell() }
        }
        scene.schedule.startInBackground { try await checker.run() }
        scene.ask(clients: 6, until: .seconds(8)) { _, _ in true }
        try scene.schedule.run()
        let begins = try scene.visits(to: "a").map(\.begin)
        #expect(!begins.contains { $0 > .milliseconds(2600) && $0 < .seconds(4) })
        #expect(begins.contains { $0 < .seconds(2) } && begins.contains { $0 > .seconds(6) })
    }
}

/// Requests, in the order in which they came to their servers.
private actor Visits {
    struct Visit: Sendable {
        let name: String
        let begin: Duration
        var end: Duration?
        var isWell = true
    }

    private(set) var all: [Visit] = []

    func began(_ name: String, at time: Duration) { all.append(Visit(name: name, begin: time)) }

    func ended(_ name: String, at time: Duration, isWell: Bool) {
        guard let place = all.firstIndex(where: { $0.name == name && $0.end == nil }) else { return }
        all[place].end = time
        all[place].isWell = isWell
    }
}
