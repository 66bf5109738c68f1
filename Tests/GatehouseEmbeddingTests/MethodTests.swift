import Gatehouse
import GatehouseTestKit
import Testing

/// Every method as an actor among many tasks, in virtual time: only what is public is used.
@Suite struct MethodTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let method: UpstreamPool.Method
        var testDescription: String { name }
    }

    static let byTurns: [Case] = [
        Case(name: "round robin", method: .roundRobin), Case(name: "least_conn", method: .leastConnections),
        Case(name: "least_time header", method: .leastTime(.header)), Case(name: "least_time last_byte", method: .leastTime(.lastByte)),
        Case(name: "least_time header inflight", method: .leastTime(.header, inflight: true)),
        Case(name: "least_time last_byte inflight", method: .leastTime(.lastByte, inflight: true)),
    ]
    static let byKey: [Case] = [
        Case(name: "ip_hash", method: .ipHash), Case(name: "hash", method: .hash), Case(name: "hash consistent", method: .consistentHash),
    ]
    static let byChance: [Case] = [
        Case(name: "random", method: .random), Case(name: "random two", method: .randomOfTwo),
        Case(name: "random two least_time", method: .randomOfTwo(leastTime: .lastByte)),
    ]

    private static func key(_ number: Int) -> String { "10.\(number % 200).\(number / 200 * 37 % 256).1" }

    @Test(arguments: byTurns + byKey + byChance, Seeds(0..<3))
    func `limits hold, callers see no error, and every lease comes back`(_ test: Case, _ seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let clock = schedule.clock
        let peers = ScriptedPeers(["a", "b", "c", "d"], clock: clock)
        peers.script("a", then: .answer(after: .milliseconds(9)))
        peers.script("b", then: .answer(after: .milliseconds(4)))
        peers.script("c", .refuse, then: .answer(after: .milliseconds(2)))
        peers.script("d", then: .answer(after: .milliseconds(20)))
        let pool = UpstreamPool(
            servers: [.init("a", weight: 2), .init("b", maxConnections: 2), .init("c", failTimeout: .seconds(1)), "d"], method: test.method,
            rules: .init(queue: .init(200)), clock: clock, seed: seed)
        for number in 0..<80 {
            schedule.start {
                // Half of them come when the server that failed is to be tried again.
                try await clock.sleep(for: .milliseconds(number % 2 * 1500 + number))
                let status = try await pool.withUpstream(for: Self.key(number), tries: 4) { upstream in
                    let status = try await peers.send(to: upstream.name)
                    upstream.responseBegan(status: status)
                    try await clock.sleep(for: .milliseconds(1))
                    return status
                }
                #expect(status == 200)
            }
        }
        try schedule.run()
        #expect(try schedule.value { await pool.status.map(\.active) } == [0, 0, 0, 0])
        #expect(peers.mostActive(at: "b") <= 2)
        #expect(["a", "b", "c", "d"].map { peers.requests(to: $0) }.reduce(0, +) - 80 <= 1)
        // It is used again after its rest.
        #expect(peers.requests(to: "c") > 2)
    }

    @Test(arguments: byKey, Seeds(0..<4))
    func `a key stays with its server, whatever else goes on`(_ test: Case, _ seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let pool = UpstreamPool(servers: ["a", "b", "c"], method: test.method, clock: schedule.clock, seed: seed)
        let chosen = Choices()
        for number in 0..<120 {
            schedule.start {
                let key = Self.key(number % 30)
                try await pool.withUpstream(for: key) { upstream in
                    await chosen.add(key, upstream.name)
                    try await schedule.clock.sleep(for: .milliseconds(number % 5))
                }
            }
        }
        try schedule.run()
        let servers = try schedule.value { await chosen.serversOfKey }
        #expect(servers.values.allSatisfy { $0.count == 1 })
        #expect(Set(servers.values.flatMap { $0 }) == ["a", "b", "c"])
    }

    @Test(arguments: byTurns.dropFirst() + byChance.dropFirst(), Seeds(0..<3))
    func `a slow server gets less than the others`(_ test: Case, _ seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let peers = ScriptedPeers(["a", "b", "c"], clock: schedule.clock)
        peers.script("a", then: .answer(after: .milliseconds(400)))
        for fast in ["b", "c"] { peers.script(fast, then: .answer(after: .milliseconds(40))) }
        let pool = UpstreamPool(servers: ["a", "b", "c"], method: test.method, clock: schedule.clock, seed: seed)
        for _ in 0..<12 {
            schedule.start {
                for _ in 0..<20 { _ = try await pool.withUpstream { try await peers.send(to: $0.name) } }
            }
        }
        try schedule.run()
        #expect(3 * peers.requests(to: "a") < peers.requests(to: "b"))
        #expect(3 * peers.requests(to: "a") < peers.requests(to: "c"))
    }

    @Test(arguments: [byTurns[0], byTurns[1], byChance[0], byChance[1]], Seeds(0..<3))
    func `equally fast servers share by weight`(_ test: Case, _ seed: UInt64) throws {
        let schedule = SeededSchedule(seed: seed)
        let peers = ScriptedPeers(["a", "b"], clock: schedule.clock)
        for name in ["a", "b"] { peers.script(name, then: .answer(after: .milliseconds(10))) }
        let pool = UpstreamPool(servers: [.init("a", weight: 3), "b"], method: test.method, clock: schedule.clock, seed: seed)
        for _ in 0..<16 {
            schedule.start {
                for _ in 0..<25 { _ = try await pool.withUpstream { try await peers.send(to: $0.name) } }
            }
        }
        try schedule.run()
        #expect((260...340).contains(peers.requests(to: "a")), "\(peers.requests(to: "a")) of 400")
    }
}

/// Which servers each key got.
private actor Choices {
    private(set) var serversOfKey: [String: Set<String>] = [:]
    func add(_ key: String, _ server: String) { serversOfKey[key, default: []].insert(server) }
}
