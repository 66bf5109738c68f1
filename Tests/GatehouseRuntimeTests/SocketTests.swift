import GatehouseWire
import Testing

@testable import GatehouseRuntime

@Suite struct SocketTests {
    @Test func `bytes go both ways`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            try await client.send(buffer("ping"), deadline: loop.never)
            let received = ByteBuffer(capacity: 64)
            #expect(try await server.receive(into: received, limit: 64, deadline: loop.never) == 4)
            try await server.send(buffer("po"), buffer("ng"), deadline: loop.never)
            #expect(try await client.receive(into: received, limit: 64, deadline: loop.never) == 4)
            #expect(text(received) == "pingpong")
            client.close()
            #expect(try await server.receive(into: received, limit: 64, deadline: loop.never) == 0)
            #expect(server.hasPeerClosed)
            #expect(try server.receiveNow(into: received, limit: 64) == .end)
            server.close()
        }
    }

    @Test func `both ends know both addresses`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            #expect(client.localAddress == server.remoteAddress)
            #expect(client.remoteAddress == server.localAddress)
            #expect(client.localAddress?.ipAddress == loopback)
        }
    }

    @Test func `the limit is kept and the rest stays in the kernel`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            try await client.send(buffer("abcdef"), deadline: loop.never)
            let received = ByteBuffer(capacity: 64)
            #expect(try await server.receive(into: received, limit: 4, deadline: loop.never) == 4)
            #expect(try server.receiveNow(into: received, limit: 4) == .bytes(2))
            #expect(try server.receiveNow(into: received, limit: 4) == .wouldBlock)
            #expect(text(received) == "abcdef")
        }
    }

    @Test func `megabytes arrive whole though the sender has to wait for room`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            let total = 8 << 20
            let sender = LoopConfined(client)
            async let sum: Int = {
                let large = ByteBuffer(capacity: total)
                let all = [UInt8](0...255)
                for _ in 0..<total / 256 { large.append(all) }
                try await sender.value.send(large, deadline: loop.never)
                sender.value.shutdownWrite()
                return total
            }()
            let received = ByteBuffer(capacity: 64 << 10)
            var count = 0
            while try await server.receive(into: received, limit: .max, deadline: loop.now + .seconds(5)) > 0 {
                for offset in stride(from: 0, to: received.count, by: 9973) {
                    #expect(received[offset] == UInt8(truncatingIfNeeded: count + offset))
                }
                count += received.count
                received.clear()
            }
            #expect(try await sum == count)
        }
    }

    @Test func `a receive ends at its deadline and not before`() async throws {
        try await onLoop { loop in
            let (clientOfServer, server) = try await connectedPair(on: loop)
            defer { clientOfServer.close() }
            let begin = MonotonicInstant.now
            let error = await #expect(throws: SocketError.self) {
                _ = try await server.receive(into: ByteBuffer(), limit: 1, deadline: begin + .milliseconds(15))
            }
            #expect(error?.kind == .timedOut)
            #expect(MonotonicInstant.now - begin >= .milliseconds(15))
        }
    }

    @Test func `an earlier deadline after a later one is kept, and so is a later one after an earlier one`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            let received = ByteBuffer(capacity: 64)
            try await client.send(buffer("a"), deadline: loop.never)
            #expect(try await server.receive(into: received, limit: 1, deadline: loop.now + .seconds(60)) == 1)
            try exhaust(server)
            await #expect(throws: SocketError(kind: .timedOut, operation: "recv")) {
                try await server.readable(deadline: .now + .milliseconds(2))
            }
            let begin = MonotonicInstant.now
            await #expect(throws: SocketError(kind: .timedOut, operation: "recv")) {
                try await server.readable(deadline: begin + .milliseconds(12))
            }
            #expect(MonotonicInstant.now - begin >= .milliseconds(12))
        }
    }

    @Test func `cancelling ends a wait and every later one`() async throws {
        try await onLoop { loop in
            let (clientOfServer, server) = try await connectedPair(on: loop)
            defer { clientOfServer.close() }
            try exhaust(server)
            loop.cancelAllWaits()
            for _ in 0..<2 {
                await #expect(throws: SocketError(kind: .cancelled, operation: "recv")) { try await server.readable(deadline: loop.never) }
            }
        }
    }

    @Test func `closing ends the waits of other tasks`() async throws {
        try await onLoop { loop in
            let (clientOfServer, server) = try await connectedPair(on: loop)
            defer { clientOfServer.close() }
            try exhaust(server)
            let confined = LoopConfined(server)
            _ = loop.schedule(at: loop.now + .milliseconds(1)) { confined.value.close() }
            await #expect(throws: SocketError(kind: .closed, operation: "recv")) { try await server.readable(deadline: loop.never) }
            #expect(!server.isOpen)
        }
    }

    @Test func `a reset is an error to the one who receives`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            client.closeWithReset()
            let error = await #expect(throws: SocketError.self) {
                _ = try await server.receive(into: ByteBuffer(), limit: 1, deadline: loop.never)
            }
            #expect(error?.kind == .reset)
            #expect(server.isReset && server.hasPeerClosed)
        }
    }

    @Test func `connecting to a port without a listener is refused`() async throws {
        try await onLoop { loop in
            let listening = try ListeningSocket.bind(to: .ip(loopback, port: 0))
            listening.close()
            let error = await #expect(throws: SocketError.self) {
                _ = try await Socket.connect(to: listening.address, on: loop, deadline: loop.never)
            }
            #expect(error?.kind == .refused)
            #expect(error?.description == "connect() failed (111: Connection refused)")
        }
    }

    @Test func `connecting to an abstract unix name works`() async throws {
        try await onLoop { loop in
            let name = "\0gatehouse-test-\(UInt64.random(in: 0 ... .max))"
            let listening = try ListeningSocket.bind(to: .unix(path: name))
            let client = try await Socket.connect(to: .unix(path: name), on: loop, deadline: loop.never)
            #expect(client.remoteAddress == .unix(path: name))
            listening.close()
        }
    }

    @Test func `datagrams come one at a time, each whole`() async throws {
        try await onLoop { loop in
            let echo = try UDPEcho()
            let socket = try Socket.connectDatagram(to: echo.address, on: loop)
            _ = try socket.sendNow(buffer("first"))
            _ = try socket.sendNow(buffer("second"))
            echo.answer(2)
            for expected in ["first", "second"] {
                let received = ByteBuffer(capacity: 512)
                _ = try await socket.receive(into: received, limit: 512, deadline: loop.never)
                #expect(text(received) == expected)
            }
            socket.close()
        }
    }
}
