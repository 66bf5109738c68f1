import GatehouseConfig
import GatehousePolicy
import GatehouseWire
import Testing

@testable import Gatehouse
@testable import GatehouseRuntime

@Suite struct NameUpkeepTests {
    private static let first = IPAddress.v4(0xc000_0201)
    private static let second = IPAddress.v4(0xc000_0202)
    private let log = ErrorLog([])

    private func group(_ lines: String..., known: [Int: KnownNames.Answer] = [:], method: BalancingMethod = .roundRobin) throws
        -> UpstreamGroup
    {
        var settings = UpstreamSettings(name: "u", isImplicit: false, position: SourcePosition(file: "", line: 1, column: 1))
        let text = lines.map { "server \($0);\n" }.joined()
        settings.servers = try StateText.read(Array(text.utf8), file: "test", method: method)
        settings.method = method
        var servers: [UpstreamServer] = []
        for (line, server) in settings.servers.enumerated() {
            if let address = server.fixedAddress { servers.append(settings.server(server, line: line, at: address)) }
            servers += (known[line]?.peers ?? []).map { settings.server(server, line: line, at: $0) }
        }
        let named = settings.servers.indices.filter { settings.servers[$0].nameToResolve != nil }
        return UpstreamGroup(number: 0, settings: settings, servers: servers, names: GroupNames(named, inherited: known))
    }

    private func resolver(_ server: ScriptedNameServer) -> NameResolver {
        var settings = ResolverSettings()
        settings.usesIPv6 = false
        return NameResolver(settings, servers: [server.address])
    }

    /// Runs the upkeep of `group` while `body` runs, on the same loop.
    private func upkeep(
        of group: UpstreamGroup, _ resolver: NameResolver, _ body: @escaping @Sendable (EventLoop) async -> Void
    ) async throws {
        let loop = try EventLoop.start(name: "names", index: 0)
        let upkeep = NameUpkeep(group: group, resolver: resolver, settings: ResolverSettings(), log: log)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask(executorPreference: loop) {
                await withTaskGroup(of: Void.self) { inner in
                    inner.addTask { await upkeep.run(on: loop) }
                    await body(loop)
                    inner.cancelAll()
                }
            }
        }
        loop.stop()
        loop.join()
    }

    private func waiter(_ group: UpstreamGroup) async -> LeaseWaiter? {
        if case .wait(_, let waiter) = await group.pool.lease(.init(), now: .now) { waiter } else { nil }
    }

    private func addresses(_ group: UpstreamGroup) async -> [String] { await group.pool.members.map(\.address.description) }

    @Test func `requests wait for the first answer, and are given its addresses`() async throws {
        let server = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [.address(Self.second), .address(Self.first)])!] }
        let group = try group("app.example:8080 resolve weight=3")
        let waiting = try #require(await waiter(group))
        try await upkeep(of: group, resolver(server)) { _ in
            guard case .granted(let peer) = await waiting.wait() else {
                Issue.record("nothing was granted")
                return
            }
            #expect(peer.address == .ip(Self.first, port: 8080) && peer.name == "app.example:8080")
        }
        #expect(await addresses(group) == ["192.0.2.1:8080", "192.0.2.2:8080"])
        #expect(await group.pool.snapshots(now: .now).allSatisfy { $0.snapshot.weight == 3 })
    }

    @Test(arguments: [2, 3] as [UInt8])
    func `a first answer without addresses ends the wait`(code: UInt8) async throws {
        let server = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [], code: code)!] }
        let group = try group("app.example resolve")
        let waiting = try #require(await waiter(group))
        try await upkeep(of: group, resolver(server)) { _ in
            guard case .noneLive = await waiting.wait() else {
                Issue.record("the wait went on")
                return
            }
        }
        #expect(await group.pool.members.isEmpty)
    }

    @Test func `nobody waits where another server is there`() async throws {
        let group = try group("127.0.0.1:1", "app.example resolve")
        guard case .use = await group.pool.lease(.init(), now: .now) else {
            Issue.record("no peer")
            return
        }
    }

    @Test func `waits end with the upkeep`() async throws {
        let server = try ScriptedNameServer { _, _ in [] }
        let group = try group("app.example resolve")
        let waiting = try #require(await waiter(group))
        try await upkeep(of: group, resolver(server)) { _ in }
        guard case .noneLive = await waiting.wait() else {
            Issue.record("the wait went on")
            return
        }
    }

    @Test func `a service has ports, weights and backups`() async throws {
        let (one, two) = (DNSName("one.example")!, DNSName("two.example")!)
        let server = try ScriptedNameServer { query, _ in
            guard let name = (try? DNSMessage(query.span))?.question?.name else { return [] }
            if name == one { return [DNSAnswer.bytes(to: query, [.address(Self.first)])!] }
            if name == two { return [DNSAnswer.bytes(to: query, [.address(Self.second)])!] }
            if name != DNSName("_http._tcp.app.example") { return [DNSAnswer.bytes(to: query, [], code: 3)!] }
            return [
                DNSAnswer.bytes(
                    to: query,
                    [
                        .service(.init(priority: 2, weight: 0, port: 81, target: two)),
                        .service(.init(priority: 1, weight: 5, port: 80, target: one)),
                    ])!
            ]
        }
        let group = try group("app.example resolve service=http")
        let waiting = try #require(await waiter(group))
        try await upkeep(of: group, resolver(server)) { _ in _ = await waiting.wait() }
        let snapshots = await group.pool.snapshots(now: .now)
        #expect(snapshots.map(\.peer.address.description) == ["192.0.2.1:80", "192.0.2.2:81"])
        #expect(snapshots.map(\.snapshot.weight) == [5, 1])
        #expect(snapshots.map(\.snapshot.isBackup) == [false, true])
        #expect(snapshots.map(\.snapshot.name) == ["one.example", "two.example"])
    }

    @Test func `what was known before is not asked for until it is due, and then replaced`() async throws {
        let server = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [.address(Self.second)])!] }
        let known = KnownNames.Answer(peers: [NamedPeer(address: Self.first)], due: .now + .seconds(3600))
        let kept = try group("app.example:80 resolve", known: [0: known])
        try await upkeep(of: kept, resolver(server)) { loop in try? await loop.sleep(until: loop.now + .milliseconds(5)) }
        #expect(await addresses(kept) == ["192.0.2.1:80"] && server.queryCount == 0)
        let stale = try group("app.example:80 resolve", known: [0: .init(peers: known.peers, due: .now)])
        let gone = try #require(await stale.pool.members.first)
        try await upkeep(of: stale, resolver(server)) { loop in
            await withCheckedContinuation { continuation in gone.whenRetired(ObjectIdentifier(gone)) { _ in continuation.resume() } }
        }
        #expect(await addresses(stale) == ["192.0.2.2:80"])
        #expect(stale.names.known[.init(name: "app.example", service: nil)]?.peers == [NamedPeer(address: Self.second)])
    }

    @Test func `a name can be added to a group, and removed`() async throws {
        let server = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [.address(Self.first)])!] }
        let group = try group("127.0.0.1:1")
        try await upkeep(of: group, resolver(server)) { loop in
            try? await group.edit(now: loop.now) { lines throws(ControlFailure) in
                try lines.add(["app.example:80", "resolve", "down"], method: .roundRobin)
            }
            // The peers come as soon as the answer has been read.
            while await group.pool.members.count < 2 { await Task.yield() }
            #expect(await group.pool.snapshots(now: loop.now).map(\.snapshot.state) == [.up, .down])
            try? await group.edit(now: loop.now) { lines throws(ControlFailure) in try lines.set("app.example:80", .up) }
            #expect(await group.pool.snapshots(now: loop.now).map(\.snapshot.state) == [.up, .up])
            try? await group.edit(now: loop.now) { lines throws(ControlFailure) in try lines.remove("app.example:80") }
            #expect(await group.pool.members.count == 1)
        }
    }
}
