import GatehouseWire
import Testing

@testable import GatehouseRuntime

/// What a socket knows of bytes whose peer closed without a word. All on one thread, so nothing depends on who is quicker.
@Suite struct DeliveryTests {
    private let request = "POST / HTTP/1.1\r\n\r\n"

    /// One exchange has passed, as on a kept connection.
    private func used(on loop: EventLoop) async throws -> (client: Socket, server: Socket) {
        let (client, server) = try await connectedPair(on: loop)
        try await client.send(buffer("first"), deadline: loop.never)
        _ = try await server.receive(into: ByteBuffer(capacity: 64), limit: 64, deadline: loop.never)
        try await server.send(buffer("answer"), deadline: loop.never)
        _ = try await client.receive(into: ByteBuffer(capacity: 64), limit: 64, deadline: loop.never)
        return (client, server)
    }

    @Test func `what comes after the close is refused`() async throws {
        try await onLoop { loop in
            let (client, server) = try await used(on: loop)
            let mark = client.sentCount
            server.close()
            _ = try client.sendNow(buffer(request))
            #expect(await client.settledDelivery(since: mark, deadline: loop.now + .seconds(5)) == .refused)
            client.close()
        }
    }

    @Test func `it makes no difference who notices the reset`() async throws {
        try await onLoop { loop in
            let (client, server) = try await used(on: loop)
            let mark = client.sentCount
            server.close()
            _ = try client.sendNow(buffer(request))
            _ = try? client.sendNow(buffer("more"))
            _ = try? client.receiveNow(into: ByteBuffer(capacity: 64), limit: 64)
            #expect(await client.settledDelivery(since: mark, deadline: loop.now + .seconds(5)) == .refused)
            client.close()
        }
    }

    @Test func `what the kernel did not take is unsent`() async throws {
        try await onLoop { loop in
            let (client, server) = try await used(on: loop)
            server.closeWithReset()
            let mark = client.sentCount
            #expect(throws: SocketError.self) { _ = try client.sendNow(buffer(request)) }
            #expect(client.delivery(since: mark) == .unsent)
            client.close()
        }
    }

    @Test(arguments: [true, false])
    func `a peer that read and then closed or reset may have seen it`(isReset: Bool) async throws {
        try await onLoop { loop in
            let (client, server) = try await used(on: loop)
            let mark = client.sentCount
            _ = try client.sendNow(buffer(request))
            // Leaves a part unread, so that even an orderly close is a reset.
            _ = try await server.receive(into: ByteBuffer(capacity: 64), limit: 4, deadline: loop.never)
            if isReset { server.closeWithReset() } else { server.close() }
            #expect(await client.settledDelivery(since: mark, deadline: loop.now + .seconds(5)) == .possible)
            client.close()
        }
    }

    @Test func `a peer that read everything and closed has seen it`() async throws {
        try await onLoop { loop in
            let (client, server) = try await used(on: loop)
            let mark = client.sentCount
            _ = try client.sendNow(buffer(request))
            _ = try await server.receive(into: ByteBuffer(capacity: 64), limit: 64, deadline: loop.never)
            server.close()
            try await client.readable(deadline: loop.now + .seconds(5))
            #expect(await client.settledDelivery(since: mark, deadline: loop.now + .milliseconds(1)) == .possible)
            client.close()
        }
    }

    @Test func `a peer that stopped sending may still read`() async throws {
        try await onLoop { loop in
            let (client, server) = try await used(on: loop)
            let mark = client.sentCount
            server.shutdownWrite()
            _ = try client.sendNow(buffer(request))
            let delivery = await client.settledDelivery(since: mark, deadline: loop.now + .milliseconds(1))
            #expect(delivery == .undecided || delivery == .possible)
            client.close()
            server.close()
        }
    }
}
