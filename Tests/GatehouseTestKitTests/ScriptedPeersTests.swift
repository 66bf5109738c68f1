import GatehouseTestKit
import Testing

@Suite struct ScriptedPeersTests {
    /// What one request came to.
    private static func send(_ peers: ScriptedPeers, to name: String) async -> String {
        do {
            return try await "\(peers.send(to: name))"
        } catch {
            return "\(error)"
        }
    }

    @Test func `a script is followed step by step, then its last word counts`() async {
        let peers = ScriptedPeers(["a"], clock: ManualClock())
        peers.script("a", .refuse, .reset(), .answer(status: 503), then: .answer(status: 204))
        var seen: [String] = []
        for _ in 0..<5 { seen.append(await Self.send(peers, to: "a")) }
        #expect(seen == ["refused", "reset", "503", "204", "204"])
        #expect(peers.requests(to: "a") == 5)
        #expect(peers.active(at: "a") == 0)
        #expect(await Self.send(peers, to: "b") == #"unknown("b")"#)
    }

    @Test func `requests under way are counted`() throws {
        let schedule = SeededSchedule(seed: 2)
        let peers = ScriptedPeers(["a"], clock: schedule.clock)
        peers.script("a", then: .answer(after: .seconds(1)))
        for _ in 0..<7 { schedule.start { _ = try await peers.send(to: "a") } }
        try schedule.run()
        #expect(peers.mostActive(at: "a") == 7)
        #expect(peers.active(at: "a") == 0)
    }

    @Test func `a request that hangs ends by cancellation`() throws {
        let schedule = SeededSchedule(seed: 2)
        let peers = ScriptedPeers(["a"], clock: schedule.clock)
        peers.script("a", then: .hang)
        schedule.startInBackground { _ = try await peers.send(to: "a") }
        schedule.start { try await schedule.clock.sleep(for: .seconds(1)) }
        try schedule.run()
        #expect(peers.requests(to: "a") == 1)
        #expect(peers.active(at: "a") == 0)
    }
}
