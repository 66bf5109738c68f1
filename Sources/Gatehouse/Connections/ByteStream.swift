import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

/// Plaintext in and out over a socket, with or without TLS between.
///
/// Ciphertext buffers are borrowed from the loop only while records are on their way, so an idle connection holds none.
///
/// `@unchecked Sendable`: belongs to its loop's thread; only a tunnel's two directions share one, both on that thread.
package final class ByteStream: @unchecked Sendable {
    package let socket: Socket
    package let loop: EventLoop
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) package private(set) var tls: TLSConnection?
    /// Ciphertext received and not yet decrypted; `nil` while there is none.
    @safe @exclusivity(unchecked) private var cipherIn: ByteBuffer?
    /// What is done while the peer takes nothing.
    @safe @exclusivity(unchecked) package var pause: (any SendPause)?
    private let cipherReadSize = 16 * 1024 + 512

    package init(socket: Socket, loop: EventLoop) {
        self.socket = socket
        self.loop = loop
    }

    deinit {
        giveBackCipherIn()
        if let unsentReply { loop.buffers.giveBack(unsentReply) }
    }

    // MARK: Reading

    /// Receives plaintext into `buffer`; suspends until there is some.
    /// - Returns: the number of bytes, 0 at the end of the stream.
    package func receive(into buffer: ByteBuffer, limit: Int, deadline: MonotonicInstant) async throws(StreamError) -> Int {
        if let tls { return try await receiveDecrypted(tls, into: buffer, limit: limit, deadline: deadline) }
        do throws(SocketError) {
            return try await socket.receive(into: buffer, limit: limit, deadline: deadline)
        } catch {
            throw .socket(error)
        }
    }

    /// Receives what is there without waiting; `nil` when nothing is.
    package func receiveNow(into buffer: ByteBuffer, limit: Int) throws(StreamError) -> Int? {
        if let tls {
            while true {
                if let count = try decrypt(tls, into: buffer, limit: limit) { return count }
                guard try fillCipherNow() else { return nil }
            }
        }
        return try receivePlainNow(into: buffer, limit: limit)
    }

    private func receivePlainNow(into buffer: ByteBuffer, limit: Int) throws(StreamError) -> Int? {
        do throws(SocketError) {
            switch try socket.receiveNow(into: buffer, limit: limit) {
            case .bytes(let count): return count
            case .end: return 0
            case .wouldBlock: return nil
            }
        } catch {
            throw .socket(error)
        }
    }

    /// Whether plaintext may be had without a further event of the socket.
    package var hasBufferedInput: Bool { cipherIn != nil || (tls?.hasPendingPlaintext ?? false) }

    private func receiveDecrypted(
        _ tls: TLSConnection, into buffer: ByteBuffer, limit: Int, deadline: MonotonicInstant
    ) async throws(StreamError) -> Int {
        while true {
            if let count = try decrypt(tls, into: buffer, limit: limit) { return count }
            if try !fillCipherNow() {
                try await waitReadable(deadline: deadline)
            }
        }
    }

    /// - Returns: bytes of plaintext, 0 at the end, `nil` when more ciphertext is needed.
    private func decrypt(_ tls: TLSConnection, into buffer: ByteBuffer, limit: Int) throws(StreamError) -> Int? {
        if sawEndOfCiphertext && cipherIn == nil && !tls.hasPendingPlaintext { return 0 }
        let input = borrowCipherIn()
        let output = loop.buffers.borrow(4096)
        tls.attach(in: input, out: output)
        let result = tls.read(into: buffer, limit: limit)
        tls.detach()
        try sendReply(output)
        if input.isEmpty { giveBackCipherIn() }
        switch result {
        case .bytes(let count): return count
        case .closed: return 0
        case .wantsMore: return sawEndOfCiphertext ? 0 : nil
        case .failed(let error): throw .tls(error)
        }
    }

    @safe @exclusivity(unchecked) private var sawEndOfCiphertext = false
    /// What reading made us answer (an alert, a key update) and the socket did not take at once.
    @safe @exclusivity(unchecked) private var unsentReply: ByteBuffer?

    /// Sends what reading gave rise to, without waiting; the rest goes before the next bytes. Consumes `reply`.
    private func sendReply(_ reply: ByteBuffer) throws(StreamError) {
        defer { if unsentReply !== reply { loop.buffers.giveBack(reply) } }
        if reply.isEmpty { return }
        if let unsentReply {
            // A peer that asks without ever reading is not to fill our memory.
            guard unsentReply.count < 4096 else { throw .tls(TLSError(.read, "peer does not read our replies", isPeerFault: true)) }
            return unsentReply.append(reply, range: 0..<reply.count)
        }
        do throws(SocketError) {
            _ = try socket.sendNow(reply)
        } catch {
            throw .socket(error)
        }
        if !reply.isEmpty { unsentReply = reply }
    }

    private func flushReply(deadline: MonotonicInstant) async throws(StreamError) {
        guard let reply = unsentReply else { return }
        unsentReply = nil
        defer { loop.buffers.giveBack(reply) }
        try await sendRaw(reply, deadline: deadline)
    }

    /// Reads ciphertext that is there.
    /// - Returns: whether anything came (or the end did).
    private func fillCipherNow() throws(StreamError) -> Bool {
        if sawEndOfCiphertext { return true }
        let input = borrowCipherIn()
        let count: Int?
        do throws(StreamError) {
            count = try receivePlainNow(into: input, limit: cipherReadSize)
        } catch {
            if input.isEmpty { giveBackCipherIn() }
            throw error
        }
        if input.isEmpty { giveBackCipherIn() }
        if count == 0 { sawEndOfCiphertext = true }
        return count != nil
    }

    private func borrowCipherIn() -> ByteBuffer {
        if let cipherIn { return cipherIn }
        let buffer = loop.buffers.borrow(cipherReadSize)
        cipherIn = buffer
        return buffer
    }

    private func giveBackCipherIn() {
        if let cipherIn { loop.buffers.giveBack(cipherIn) }
        cipherIn = nil
    }

    package func waitReadable(deadline: MonotonicInstant) async throws(StreamError) {
        do throws(SocketError) {
            try await socket.readable(deadline: deadline)
        } catch {
            throw .socket(error)
        }
    }

    // MARK: Writing

    /// Sends what the kernel takes without waiting, where no TLS is between; what it does not take stays in the buffers.
    ///
    /// Nearly every message goes out whole this way, without the frames of an asynchronous call.
    package func sendNow(_ first: ByteBuffer, _ second: ByteBuffer?) throws(StreamError) {
        if tls != nil { return }
        do throws(SocketError) {
            if let second, !second.isEmpty {
                _ = try socket.sendNow(first, second)
            } else {
                _ = try socket.sendNow(first)
            }
        } catch {
            throw .socket(error)
        }
    }

    /// Sends all of `buffer` and consumes it.
    package func send(_ buffer: ByteBuffer, deadline: MonotonicInstant) async throws(StreamError) {
        if let tls { return try await sendEncrypted(tls, buffer, deadline: deadline) }
        do throws(SocketError) {
            if let pause { return try await send(buffer, nil, with: pause, deadline: deadline) }
            try await socket.send(buffer, deadline: deadline)
        } catch {
            throw .socket(error)
        }
    }

    /// Sends `first` and then `second` in as few calls as possible, and consumes both.
    package func send(_ first: ByteBuffer, _ second: ByteBuffer, deadline: MonotonicInstant) async throws(StreamError) {
        if let tls {
            // One record carries both where they are small.
            if first.count + second.count <= 16 * 1024 {
                first.append(second, range: 0..<second.count)
                second.clear()
                return try await sendEncrypted(tls, first, deadline: deadline)
            }
            try await sendEncrypted(tls, first, deadline: deadline)
            return try await sendEncrypted(tls, second, deadline: deadline)
        }
        do throws(SocketError) {
            if let pause { return try await send(first, second, with: pause, deadline: deadline) }
            try await socket.send(first, second, deadline: deadline)
        } catch {
            throw .socket(error)
        }
    }

    /// Sends all of both; waiting for room is `pause`'s.
    private func send(
        _ first: ByteBuffer, _ second: ByteBuffer?, with pause: any SendPause, deadline: MonotonicInstant
    ) async throws(SocketError) {
        while true {
            if let second { _ = try socket.sendNow(first, second) } else { _ = try socket.sendNow(first) }
            if first.isEmpty && second?.isEmpty ?? true { return }
            try await pause.waitForRoom(in: socket, deadline: deadline)
        }
    }

    private func sendEncrypted(_ tls: TLSConnection, _ plaintext: ByteBuffer, deadline: MonotonicInstant) async throws(StreamError) {
        if unsentReply != nil { try await flushReply(deadline: deadline) }
        let output = loop.buffers.borrow(min(plaintext.count + 1024, 72 * 1024))
        defer { loop.buffers.giveBack(output) }
        while !plaintext.isEmpty {
            let input = cipherIn ?? output
            tls.attach(in: input, out: output)
            let result = tls.write(plaintext, limit: 64 * 1024)
            tls.detach()
            switch result {
            case .accepted(let count): plaintext.consume(count)
            case .failed(let error): throw .tls(error)
            }
            try await sendRaw(output, deadline: deadline)
        }
    }

    private func sendRaw(_ output: ByteBuffer, deadline: MonotonicInstant) async throws(StreamError) {
        if output.isEmpty { return }
        do throws(SocketError) {
            if let pause { return try await send(output, nil, with: pause, deadline: deadline) }
            try await socket.send(output, deadline: deadline)
        } catch {
            throw .socket(error)
        }
    }

    // MARK: TLS

    /// Runs the handshake of `tls` and speaks TLS from then on.
    /// - Parameter received: ciphertext that was read before, consumed.
    package func startTLS(_ tls: TLSConnection, received: ByteBuffer? = nil, deadline: MonotonicInstant) async throws(StreamError) {
        let output = loop.buffers.borrow(8192)
        defer { loop.buffers.giveBack(output) }
        if let received, !received.isEmpty {
            borrowCipherIn().append(received, range: 0..<received.count)
            received.clear()
        }
        self.tls = tls
        while true {
            let input = borrowCipherIn()
            tls.attach(in: input, out: output)
            let step = tls.handshake()
            tls.detach()
            if input.isEmpty { giveBackCipherIn() }
            try await sendRaw(output, deadline: deadline)
            switch step {
            case .done: return
            case .failed(let error): throw .tls(error)
            case .wantsMore:
                if sawEndOfCiphertext { throw .socket(SocketError(kind: .closed, operation: "SSL_do_handshake")) }
                if try !fillCipherNow() { try await waitReadable(deadline: deadline) }
            }
        }
    }

    /// Tells the peer that nothing follows, and goes on receiving.
    package func finishSending() {
        sendCloseNotify()
        socket.shutdownWrite()
    }

    /// Tells the peer that nothing follows and closes. Never waits.
    package func close() {
        sendCloseNotify()
        giveBackCipherIn()
        socket.close()
    }

    /// Closes with a reset and without TLS's farewell, so that the peer cannot take what it has for everything.
    package func abort() {
        giveBackCipherIn()
        socket.closeWithReset()
    }

    private func sendCloseNotify() {
        if let tls, socket.isOpen {
            let output = loop.buffers.borrow(512)
            tls.attach(in: cipherIn ?? output, out: output)
            tls.shutdown()
            tls.detach()
            _ = try? socket.sendNow(output)  // close_notify is a courtesy: a peer that is gone loses nothing
            loop.buffers.giveBack(output)
        }
    }
}

/// Something to be done while a peer takes no bytes.
package protocol SendPause: AnyObject {
    /// Suspends until there is room in `socket`. Throws `.timedOut` at the deadline.
    func waitForRoom(in socket: Socket, deadline: MonotonicInstant) async throws(SocketError)
}

/// Why bytes stopped coming or going.
package enum StreamError: Error, Equatable {
    case socket(SocketError)
    case tls(TLSError)

    package var isTimeout: Bool {
        if case .socket(let error) = self { return error.kind == .timedOut }
        return false
    }

    package var isCancelled: Bool {
        if case .socket(let error) = self { return error.kind == .cancelled }
        return false
    }

    /// A clause for the log, without the side.
    package var reason: String {
        switch self {
        case .socket(let error): error.description
        case .tls(let error): error.description
        }
    }
}
