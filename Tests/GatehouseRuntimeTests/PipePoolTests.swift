import GatehouseWire
import Testing

@testable import GatehouseRuntime

@Suite struct PipePoolTests {
    @Test func `no more pipes are out than allowed`() async throws {
        try await onLoop { _ in
            let pool = PipePool(limit: 2)
            let first = try #require(pool.borrow())
            let second = try #require(pool.borrow())
            #expect(first !== second)
            #expect(pool.borrow() == nil)
            pool.giveBack(first)
            #expect(pool.borrow() === first)
        }
    }

    @Test func `a pipe that holds bytes is not used again`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            let pool = PipePool(limit: 1)
            let pipe = try #require(pool.borrow())
            try await client.send(buffer("lost"), deadline: loop.never)
            try await server.readable(deadline: loop.never)
            #expect(try pipe.receiveNow(from: server, limit: 64) == .bytes(4))
            pool.giveBack(pipe)
            let next = try #require(pool.borrow())
            #expect(next !== pipe)
            #expect(next.count == 0)
        }
    }

    @Test func `a cancelled socket is not spliced from`() async throws {
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            defer { client.close() }
            try await client.send(buffer("late"), deadline: loop.never)
            try await server.readable(deadline: loop.never)
            server.cancel()
            #expect(throws: SocketError.self) { try PipePool().borrow()?.receiveNow(from: server, limit: 64) }
        }
    }
}
