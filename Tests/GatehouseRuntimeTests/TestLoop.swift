import GatehouseWire

@testable import GatehouseRuntime

/// Runs `body` as a task of a loop that ends with it.
func onLoop<Value: Sendable>(_ body: @escaping @Sendable (EventLoop) async throws -> Value) async throws -> Value {
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

let loopback = IPAddress.v4(0x7f00_0001)

/// Two connected TCP sockets on one loop.
func connectedPair(on loop: EventLoop) async throws -> (client: Socket, server: Socket) {
    let listening = try ListeningSocket.bind(to: .ip(loopback, port: 0))
    defer { listening.close() }
    let client = try await Socket.connect(to: listening.address, on: loop, deadline: loop.now + .seconds(5))
    var connections = AcceptSequence(listening, on: loop).makeAsyncIterator()
    let accepted = try await connections.next()
    return (client, try accepted!.socket(on: loop))
}

/// Tries a receive in vain, so that the next wait has to wait.
func exhaust(_ sockets: Socket...) throws {
    for socket in sockets {
        let result = try socket.receiveNow(into: ByteBuffer(), limit: 1)
        precondition(result == .wouldBlock)
    }
}

func buffer(_ text: String) -> ByteBuffer {
    let buffer = ByteBuffer(capacity: max(64, text.utf8.count))
    buffer.append(text)
    return buffer
}

func text(_ buffer: ByteBuffer) -> String { String(decoding: buffer.bytes(), as: UTF8.self) }
