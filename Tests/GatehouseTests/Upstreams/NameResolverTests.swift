import GatehouseConfig
import GatehousePolicy
import GatehouseWire
import Testing

@testable import Gatehouse
@testable import GatehouseRuntime

@Suite struct NameResolverTests {
    private static let address = IPAddress.v4(0xc000_0201)

    private func onLoop<Value: Sendable>(_ body: @escaping @Sendable (EventLoop) async throws -> Value) async throws -> Value {
        let loop = try EventLoop.start(name: "test", index: 0)
        defer {
            loop.stop()
            loop.join()
        }
        return try await withThrowingTaskGroup(of: Value.self) { group in
            group.addTask(executorPreference: loop) { try await body(loop) }
            return try await group.next()!
        }
    }

    private func resolver(_ servers: SocketAddress...) -> NameResolver {
        var settings = ResolverSettings()
        settings.usesIPv6 = false
        return NameResolver(settings, servers: servers)
    }

    @Test func `an answer is found once and then known`() async throws {
        let server = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [.address(Self.address)])!] }
        let resolver = resolver(server.address)
        try await onLoop { loop in
            for _ in 0..<3 {
                #expect(await resolver.resolve("a.example", timeout: .seconds(5), on: loop) == .found([Self.address]))
            }
        }
        #expect(server.queryCount == 1)
    }

    @Test func `names of the hosts file are not asked for`() async throws {
        let server = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [.address(Self.address)])!] }
        let resolver = NameResolver(ResolverSettings(), servers: [server.address], hosts: HostsFile(Array("127.0.0.9 here".utf8)))
        #expect(try await onLoop { await resolver.resolve("HERE", timeout: .seconds(5), on: $0) } == .found([.v4(0x7f00_0009)]))
        #expect(server.queryCount == 0)
    }

    // MARK: What peers are made of

    @Test func `a service is reported with the addresses of its targets`() async throws {
        let (good, gone, bad) = (DNSName("good.example")!, DNSName("gone.example")!, DNSName("bad.example")!)
        let server = try ScriptedNameServer { query, _ in
            guard let question = try? DNSMessage(query.span).question else { return [] }
            switch question.name {
            case good: return [DNSAnswer.bytes(to: query, [.address(Self.address)], lifetime: 7)!]
            case gone: return [DNSAnswer.bytes(to: query, [], code: 3)!]
            case bad: return [DNSAnswer.bytes(to: query, [], code: 2)!]
            default:
                let targets = [good, gone, bad]
                return [DNSAnswer.bytes(to: query, targets.map { .service(.init(priority: 1, weight: 2, port: 80, target: $0)) })!]
            }
        }
        let resolver = resolver(server.address)
        let (report, now) = try await onLoop { loop in
            (await resolver.report(onService: DNSName("_http._tcp.example")!, timeout: .seconds(5), on: loop), loop.now)
        }
        guard case .services(let services, let until) = report?.answer else {
            Issue.record("no services: \(String(describing: report))")
            return
        }
        #expect(services.map(\.target) == ["good.example", "gone.example", "bad.example"])
        #expect(services.map(\.addresses) == [.found([Self.address]), .none, .failed])
        #expect(services.allSatisfy { $0.priority == 1 && $0.weight == 2 && $0.port == 80 })
        // The least lifetime of all.
        #expect(until <= now + .seconds(7))
        let failures = report?.targetFailures.map { "\($0.target): \($0.failure)" }
        #expect(failures == ["gone.example: 3: Host not found", "bad.example: 2: Server failure"])
    }

    @Test(arguments: [(3, true), (2, false)] as [(UInt8, Bool)])
    func `a name that does not exist is told from one that could not be asked for`(code: UInt8, isNone: Bool) async throws {
        let server = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [], code: code)!] }
        let resolver = resolver(server.address)
        let report = try await onLoop { await resolver.report(on: DNSName("a.example")!, timeout: .seconds(5), on: $0) }
        #expect(report?.answer == (isNone ? NameAnswer.none(until: nil) : .failed))
        #expect(report?.failure?.isEmpty == false)
    }

    @Test func `a lookup ends with its task`() async throws {
        let asked = AsyncStream<Void>.makeStream()
        let server = try ScriptedNameServer { _, _ in
            asked.continuation.yield()
            return []
        }
        let resolver = resolver(server.address)
        try await onLoop { loop in
            await withTaskGroup(of: Bool.self) { group in
                group.addTask { await resolver.report(on: DNSName("a.example")!, timeout: .zero, on: loop) == nil }
                for await _ in asked.stream { break }
                group.cancelAll()
                #expect(await group.next() == true)
            }
        }
    }

    @Test func `requests for one name share a lookup`() async throws {
        let server = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [.address(Self.address)], lifetime: 0)!] }
        let resolver = resolver(server.address)
        try await onLoop { loop in
            await withTaskGroup(of: NameResolver.Result.self) { group in
                for _ in 0..<20 {
                    group.addTask(executorPreference: loop) { await resolver.resolve("a.example", timeout: .seconds(5), on: loop) }
                }
                for await result in group { #expect(result == .found([Self.address])) }
            }
        }
        #expect(server.queryCount < 20)
    }

    @Test func `forged and broken answers do not hide the true one`() async throws {
        let server = try ScriptedNameServer { query, _ in
            var forged = DNSAnswer.bytes(to: query, [.address(.v4(1))])!
            forged[0] ^= 0xff
            return [forged, Array(forged.prefix(20)), [], DNSAnswer.bytes(to: query, [.address(Self.address)])!]
        }
        let resolver = resolver(server.address)
        let result = try await onLoop { await resolver.resolve("a.example", timeout: .seconds(5), on: $0) }
        #expect(result == .found([Self.address]))
    }

    @Test func `aliases are followed, but not for ever`() async throws {
        let server = try ScriptedNameServer { query, number in
            let isEnd = number == 3
            return [DNSAnswer.bytes(to: query, isEnd ? [.address(Self.address)] : [.alias(DNSName("n\(number)")!)])!]
        }
        let short = resolver(server.address)
        #expect(try await onLoop { await short.resolve("a", timeout: .seconds(5), on: $0) } == .found([Self.address]))
        let endless = try ScriptedNameServer { query, number in [DNSAnswer.bytes(to: query, [.alias(DNSName("n\(number)")!)])!] }
        let long = resolver(endless.address)
        #expect(try await onLoop { await long.resolve("a", timeout: .seconds(5), on: $0) } == .failed("3: Host not found"))
        #expect(endless.queryCount == NameResolver.mostAliases + 1)
    }

    @Test func `an error is told as nginx tells it`() async throws {
        let server = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [], code: 2)!] }
        let resolver = resolver(server.address)
        #expect(try await onLoop { await resolver.resolve("a", timeout: .seconds(5), on: $0) } == .failed("2: Server failure"))
        #expect(try await onLoop { await resolver.resolve("a..b", timeout: .seconds(5), on: $0) } == .failed("3: Host not found"))
        #expect(server.queryCount == 1)
    }

    @Test func `a server that is not there is passed over at once`() async throws {
        let server = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [.address(Self.address)])!] }
        let resolver = resolver(.ip(.v4(0x7f00_0001), port: 1), server.address)
        let result = try await onLoop { await resolver.resolve("a", timeout: .seconds(4), on: $0) }
        #expect(result == .found([Self.address]))
    }

    @Test func `silence ends with the timeout, also for those that wait`() async throws {
        let server = try ScriptedNameServer { _, _ in [] }
        let resolver = resolver(server.address)
        try await onLoop { loop in
            await withTaskGroup(of: NameResolver.Result.self) { group in
                for milliseconds in [20, 30, 40] {
                    group.addTask(executorPreference: loop) {
                        await resolver.resolve("a", timeout: .milliseconds(milliseconds), on: loop)
                    }
                }
                for await result in group { #expect(result == .failed("110: Operation timed out")) }
            }
        }
        #expect(server.queryCount >= 1)
    }

    @Test func `one that waits goes on when the first gives up`() async throws {
        let server = try ScriptedNameServer { query, number in
            number == 1 ? [] : [DNSAnswer.bytes(to: query, [.address(Self.address)])!]
        }
        let resolver = resolver(server.address)
        try await onLoop { loop in
            async let hasty = resolver.resolve("a", timeout: .milliseconds(30), on: loop)
            async let patient = resolver.resolve("a", timeout: .seconds(5), on: loop)
            #expect(await hasty == .failed("110: Operation timed out"))
            #expect(await patient == .found([Self.address]))
        }
    }

    @Test(arguments: [false, true]) func `a client that leaves hands the lookup on`(_ isCancelled: Bool) async throws {
        let server = try ScriptedNameServer { query, number in
            number == 1 ? [] : [DNSAnswer.bytes(to: query, [.address(Self.address)])!]
        }
        let resolver = resolver(server.address)
        try await onLoop { loop in
            let listening = try ListeningSocket.bind(to: .ip(.v4(0x7f00_0001), port: 0))
            defer { listening.close() }
            let far = try await Socket.connect(to: listening.address, on: loop, deadline: loop.now + .seconds(5))
            var connections = AcceptSequence(listening, on: loop).makeAsyncIterator()
            let client = try await connections.next()!.socket(on: loop)
            defer { client.close() }
            _ = try client.receiveNow(into: ByteBuffer(), limit: 1)
            // Runs when both lookups are under way and the server has the first query.
            let timer = loop.schedule(at: loop.now + .milliseconds(20)) {
                if isCancelled { client.cancel() } else { far.closeWithReset() }
            }
            async let patient = self.resolveLater("a", resolver, on: loop)
            let left = await resolver.resolve("a", timeout: .seconds(5), on: loop, watching: (client, .reset))
            timer.cancel()
            far.close()
            #expect(left == .abandoned)
            #expect(await patient == .found([Self.address]))
        }
    }

    @Test func `a client that leaves is noticed while no server is there`() async throws {
        let resolver = resolver(.ip(.v4(0x7f00_0001), port: 1))
        try await onLoop { loop in
            let client = try Socket.connectDatagram(to: .ip(.v4(0x7f00_0001), port: 9), on: loop)
            defer { client.close() }
            let timer = loop.schedule(at: loop.now + .milliseconds(10)) { client.cancel() }
            let left = await resolver.resolve("a", timeout: .seconds(4), on: loop, watching: (client, []))
            timer.cancel()
            #expect(left == .abandoned)
        }
    }

    private func resolveLater(_ name: String, _ resolver: NameResolver, on loop: EventLoop) async -> NameResolver.Result {
        try? await loop.sleep(until: loop.now + .milliseconds(5))
        return await resolver.resolve(name, timeout: .seconds(5), on: loop)
    }

    @Test func `what does not fit a datagram comes over TCP`() async throws {
        try await onLoop { loop in
            let listening = try ListeningSocket.bind(to: .ip(.v4(0x7f00_0001), port: 0))
            defer { listening.close() }
            let stream = try await Self.answer(over: listening, on: loop)
            #expect(stream == .found([Self.address]))
        }
    }

    /// Truncates over UDP and answers over TCP at the same port.
    private static func answer(over listening: ListeningSocket, on loop: EventLoop) async throws -> NameResolver.Result {
        let datagrams = try ScriptedNameServer(at: listening.address) { query, _ in
            [DNSAnswer.bytes(to: query, [], isTruncated: true)!]
        }
        var settings = ResolverSettings()
        settings.usesIPv6 = false
        let resolver = NameResolver(settings, servers: [datagrams.address])
        async let result = resolver.resolve("a", timeout: .seconds(5), on: loop)
        var connections = AcceptSequence(listening, on: loop).makeAsyncIterator()
        let socket = try await connections.next()!.socket(on: loop)
        defer { socket.close() }
        let buffer = ByteBuffer()
        while buffer.count < 2 || buffer.count < 2 + Int(buffer[1]) {
            _ = try await socket.receive(into: buffer, limit: 512, deadline: loop.now + .seconds(5))
        }
        let reply = DNSAnswer.bytes(to: buffer.bytes(in: 2..<buffer.count), [.address(Self.address)])!
        buffer.clear()
        buffer.append([0, UInt8(reply.count)] + reply)
        try await socket.send(buffer, deadline: loop.now + .seconds(5))
        return await result
    }
}
