import GatehouseWire
import Testing

@testable import GatehouseRuntime

@Suite struct SocketWaitTests {
    @Test func `waiting for any is ended by either socket`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            let (otherClient, otherServer) = try await connectedPair(on: loop)
            defer { otherClient.close() }
            try exhaust(server, otherServer)
            _ = try client.sendNow(buffer("x"))
            var ready = try await Socket.waitForAny(server, .readable, otherServer, .readable, deadline: loop.never)
            #expect(ready.a && !ready.b)
            #expect(try server.receiveNow(into: ByteBuffer(), limit: 64) == .bytes(1))
            otherClient.close()
            ready = try await Socket.waitForAny(server, .readable, otherServer, .peerClosed, deadline: loop.never)
            #expect(!ready.a && ready.b)
        }
    }

    @Test func `a task that is cancelled ends the waits of its socket`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            try exhaust(server)
            let confined = LoopConfined(server)
            let error = await withTaskGroup(of: SocketError?.self) { group in
                group.addTask(executorPreference: loop) {
                    do throws(SocketError) {
                        try await confined.value.cancelledWithTask { () async throws(SocketError) in
                            try await confined.value.readable(deadline: loop.never)
                        }
                        return nil
                    } catch {
                        return error
                    }
                }
                group.cancelAll()
                return await group.next() ?? nil
            }
            #expect(error == SocketError(kind: .cancelled, operation: "recv"))
        }
    }

    @Test func `bytes do not end a wait for the peer's end`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            let (clientOfOther, other) = try await connectedPair(on: loop)
            defer { clientOfOther.close() }
            try exhaust(other)
            _ = try client.sendNow(buffer("pipelined"))
            await #expect(throws: SocketError(kind: .timedOut, operation: "epoll_wait")) {
                _ = try await Socket.waitForAny(server, [.peerClosed, .reset], other, .readable, deadline: .now + .milliseconds(5))
            }
            client.shutdownWrite()
            let ready = try await Socket.waitForAny(server, [.peerClosed, .reset], other, .readable, deadline: loop.never)
            #expect(ready.a && !ready.b)
        }
    }

    @Test func `closing the second socket ends the wait`() async throws {
        try await onLoop { loop in
            let (clientOfServer, server) = try await connectedPair(on: loop)
            defer { clientOfServer.close() }
            let (clientOfOther, other) = try await connectedPair(on: loop)
            defer { clientOfOther.close() }
            try exhaust(server, other)
            let confined = LoopConfined(other)
            _ = loop.schedule(at: loop.now + .milliseconds(1)) { confined.value.close() }
            await #expect(throws: SocketError(kind: .closed, operation: "epoll_wait")) {
                _ = try await Socket.waitForAny(server, .readable, other, .readable, deadline: loop.never)
            }
            #expect(server.joint == nil)
        }
    }

    @Test func `an idle connection's watcher is called once when the peer closes`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            try exhaust(server)
            await withCheckedContinuation { continuation in
                server.watchIdle(Told { continuation.resume() })
                client.close()
            }
            #expect(server.hasPeerClosed)
            #expect(server.hasUnreceivedInput())
        }
    }

    @Test func `a receive that filled its buffer exactly does not look like news to the watcher`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            _ = try client.sendNow(buffer("full"))
            #expect(try await server.receive(into: ByteBuffer(capacity: 4), limit: 4, deadline: loop.never) == 4)
            server.watchIdle(Told { Issue.record("called") })
            #expect(!server.hasUnreceivedInput())
            server.stopWatching()
        }
    }

    @Test func `a stopped watcher is not called`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            try exhaust(server)
            server.watchIdle(Told { Issue.record("called") })
            server.stopWatching()
            _ = try client.sendNow(buffer("x"))
            try await server.readable(deadline: loop.never)
        }
    }

    @Test func `a socket that nobody closed is closed when it is let go`() async throws {
        try await onLoop { loop in
            var (client, server): (Socket?, Socket) = try await connectedPair(on: loop)
            #expect(client != nil)
            client = nil
            #expect(try await server.receive(into: ByteBuffer(), limit: 1, deadline: .now + .seconds(5)) == 0)
        }
    }

    @Test func `spliced bytes come out as they went in`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            let (upstream, backend) = try await connectedPair(on: loop)
            defer { upstream.close() }
            let pipe = try SplicePipe()
            try await client.send(buffer("through the kernel"), deadline: loop.never)
            try await server.readable(deadline: loop.never)
            #expect(try pipe.receiveNow(from: server, limit: 1 << 20) == .bytes(18))
            try await pipe.send(to: upstream, deadline: loop.never)
            let received = ByteBuffer(capacity: 64)
            #expect(try await backend.receive(into: received, limit: 64, deadline: loop.never) == 18)
            #expect(text(received) == "through the kernel")
        }
    }
}

/// Calls a closure when an idle socket stirs.
private final class Told: IdleWatcher {
    private let action: () -> Void

    init(_ action: @escaping () -> Void) { self.action = action }

    func idleSocketStirred() { action() }
}
