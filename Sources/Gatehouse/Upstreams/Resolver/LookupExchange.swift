import GatehouseRuntime
import GatehouseWire

/// Performs one lookup on a loop: its datagrams, its repetitions, and TCP where an answer does not fit a datagram.
///
/// Confined to the task that runs it. Every lookup has a socket of its own and with it a random port, so that forging an answer needs
/// the port beside the number of the query.
struct LookupExchange: ~Copyable {
    typealias Instant = MonotonicInstant

    /// How long one server has for its answer before the next one is asked, as in nginx.
    static let round = Duration.seconds(5)
    /// Datagrams without use before the port is taken for attacked and given up.
    static let mostIgnored = 64
    private static let longestDatagram = 4096
    private static let longestMessage = 0xffff

    private var machine: LookupMachine
    private let servers: [SocketAddress]
    private let loop: EventLoop
    private let client: NameResolver.Client?
    private let deadline: Instant?
    private let buffer = ByteBuffer(capacity: LookupExchange.longestDatagram)
    private var socket: (server: Int, socket: Socket)?

    init(
        _ machine: LookupMachine, servers: [SocketAddress], on loop: EventLoop, watching client: NameResolver.Client?, deadline: Instant?
    ) {
        self.machine = machine
        self.servers = servers
        self.loop = loop
        self.client = client
        self.deadline = deadline
    }

    /// Suspends until there is an answer; nil at the deadline, or when the client has left.
    nonisolated(nonsending) mutating func run() async -> LookupMachine.Completion? {
        defer { socket?.socket.close() }
        repeat {
            let end = min(loop.now + Self.round, deadline ?? loop.now + Self.round)
            do {
                return try await ask(until: end)
            } catch {
                guard await recover(from: error, roundEnd: end) else { return nil }
            }
        } while deadline.map { loop.now < $0 } ?? true
        return nil
    }

    /// Prepares the next attempt. False when there must be none.
    nonisolated(nonsending) private mutating func recover(from error: SocketError, roundEnd: Instant) async -> Bool {
        switch error.kind {
        case .timedOut:
            machine.roundEnded()
        case .cancelled, .closed:
            return false
        case .refused, .unreachable, .reset, .system:
            closeSocket()
            guard machine.serverFailed() == .waitForNextRound else { return true }
            guard await pause(until: roundEnd) else { return false }
            machine.roundEnded()
        }
        return true
    }

    nonisolated(nonsending) private mutating func ask(until end: Instant) async throws(SocketError) -> LookupMachine.Completion {
        let socket = try connectedSocket()
        let buffer = buffer
        for query in machine.open {
            buffer.clear()
            buffer.append(query.message)
            try await socket.send(buffer, deadline: end)
        }
        var ignored = 0
        while ignored < Self.mostIgnored {
            buffer.clear()
            try await receive(from: socket, limit: Self.longestDatagram, until: end)
            switch machine.messageReceived(buffer.readable, overTCP: false) {
            case .complete(let completion): return completion
            case .expectsMore: break
            case .ignored: ignored += 1
            case .askOverTCP(let query):
                ignored += 1
                if let completion = try await askOverTCP(query, until: end) { return completion }
            }
        }
        throw SocketError(kind: .reset, operation: "recv")
    }

    // MARK: Waiting

    /// Receives at most `limit` bytes, or a datagram, into `buffer`. Throws `.cancelled` when the client has left.
    nonisolated(nonsending) private func receive(from socket: Socket, limit: Int, until end: Instant) async throws(SocketError) {
        while true {
            switch try socket.receiveNow(into: buffer, limit: limit) {
            case .bytes: return
            case .end: throw SocketError(kind: .reset, operation: "recv")
            case .wouldBlock: break
            }
            guard let client else {
                // Nobody's socket tells that the answer is not wanted any more: the task itself does.
                try await socket.cancelledWithTask { () async throws(SocketError) in try await socket.readable(deadline: end) }
                continue
            }
            let ready = try await Socket.waitForAny(socket, .readable, client.socket, client.interest, deadline: end)
            if ready.b && !ready.a { throw SocketError(kind: .cancelled, operation: "recv") }
        }
    }

    /// False when there is no use in waiting: the client has left, or the task is cancelled.
    nonisolated(nonsending) private func pause(until end: Instant) async -> Bool {
        guard let client else { return (try? await loop.sleep(until: end)) != nil }
        do {
            _ = try await Socket.waitForAny(client.socket, client.interest, client.socket, [], deadline: end)
            return false
        } catch {
            return error.kind == .timedOut
        }
    }

    // MARK: Sockets

    private mutating func connectedSocket() throws(SocketError) -> Socket {
        if let socket, socket.server == machine.server { return socket.socket }
        closeSocket()
        let opened = try Socket.connectDatagram(to: servers[machine.server], on: loop)
        socket = (machine.server, opened)
        return opened
    }

    private mutating func closeSocket() {
        socket?.socket.close()
        socket = nil
    }

    // MARK: TCP

    /// Nil when that does not help either: the answer to another question may still come by datagram.
    nonisolated(nonsending) private mutating func askOverTCP(
        _ query: LookupMachine.Query, until end: Instant
    ) async throws(SocketError) -> LookupMachine.Completion? {
        do {
            let message = try await transfer(query.message, until: end)
            if case .complete(let completion) = machine.messageReceived(message.span, overTCP: true) { return completion }
            return nil
        } catch {
            if error.kind == .cancelled || error.kind == .timedOut { throw error }
            return nil
        }
    }

    /// One message and its answer, each behind two bytes with its length (RFC 1035 section 4.2.2).
    nonisolated(nonsending) private func transfer(_ message: [UInt8], until end: Instant) async throws(SocketError) -> [UInt8] {
        let stream = try await Socket.connect(to: servers[machine.server], on: loop, deadline: end)
        defer { stream.close() }
        buffer.clear()
        buffer.append([UInt8(message.count >> 8), UInt8(message.count & 0xff)])
        buffer.append(message)
        try await stream.send(buffer, deadline: end)
        buffer.clear()
        while true {
            if buffer.count >= 2 {
                let length = Int(buffer[0]) << 8 | Int(buffer[1])
                if buffer.count >= 2 + length { return buffer.bytes(in: 2..<2 + length) }
            }
            try await receive(from: stream, limit: Self.longestMessage, until: end)
        }
    }
}
