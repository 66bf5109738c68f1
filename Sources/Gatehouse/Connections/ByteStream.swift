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
        giveBackUnsent()
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
                if mayDecrypt, let count = try decrypt(tls, into: buffer, limit: limit) { return count }
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

    /// Whether `receiveNow` may find something: nothing was received since the socket's last event, or less than there was.
    package var mayReceive: Bool { socket.mayReceive || hasBufferedInput }

    /// Whether plaintext may be had without a further event of the socket.
    package var hasBufferedInput: Bool { cipherIn != nil || (tls?.hasPendingPlaintext ?? false) }

    /// To ask OpenSSL for plaintext when it has been given nothing costs a fifth of a small record.
    private var mayDecrypt: Bool { hasBufferedInput || sawEndOfCiphertext }

    private func receiveDecrypted(
        _ tls: TLSConnection, into buffer: ByteBuffer, limit: Int, deadline: MonotonicInstant
    ) async throws(StreamError) -> Int {
        while true {
            if mayDecrypt, let count = try decrypt(tls, into: buffer, limit: limit) { return count }
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

    /// Notes what reading made us answer (an alert, a key update) and sends what the socket takes of it. Consumes `reply`.
    private func sendReply(_ reply: ByteBuffer) throws(StreamError) {
        if reply.isEmpty { return loop.buffers.giveBack(reply) }
        guard let waiting = unsent else {
            unsent = reply
            _ = try sendUnsent()
            return
        }
        defer { loop.buffers.giveBack(reply) }
        // A peer that asks without ever reading is not to fill our memory.
        guard waiting.count < 80 * 1024 else {
            throw .tls(TLSError(.read, "peer does not read our replies", isPeerFault: true))
        }
        waiting.append(reply, range: 0..<reply.count)
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

    /// Sends what reading made us answer and the kernel did not take at once: to be called before a wait.
    package func sendReplies() throws(StreamError) {
        if unsent != nil { _ = try sendUnsent() }
    }

    @inline(__always) package func waitReadable(deadline: MonotonicInstant) async throws(StreamError) {
        try sendReplies()
        do throws(SocketError) {
            try await socket.readable(deadline: deadline)
        } catch {
            throw .socket(error)
        }
    }

    // MARK: Writing

    /// Sends what the kernel takes without waiting, and consumes it; over TLS what was encrypted and not taken is kept here.
    ///
    /// Nearly every message goes out whole this way, without the frames of an asynchronous call.
    /// - Returns: whether all of both went out. If not, `send` has to be called with the same buffers.
    package func sendNow(_ first: ByteBuffer, _ second: ByteBuffer? = nil) throws(StreamError) -> Bool {
        if let tls { return try sendEncryptedNow(tls, first, second) }
        do throws(SocketError) {
            if let second, !second.isEmpty {
                _ = try socket.sendNow(first, second)
                return second.isEmpty
            }
            _ = try socket.sendNow(first)
            return first.isEmpty
        } catch {
            throw .socket(error)
        }
    }

    /// Sends all of `first` and then `second` in as few calls as possible, and consumes both.
    package func send(_ first: ByteBuffer, _ second: ByteBuffer? = nil, deadline: MonotonicInstant) async throws(StreamError) {
        while try !sendNow(first, second) { try await waitForRoom(deadline: deadline) }
    }

    /// While the peer takes nothing, `pause` has its turn.
    package func waitForRoom(deadline: MonotonicInstant) async throws(StreamError) {
        do throws(SocketError) {
            if let pause { return try await pause.waitForRoom(in: socket, deadline: deadline) }
            try await socket.writable(deadline: deadline)
        } catch {
            throw .socket(error)
        }
    }

    private func sendEncryptedNow(_ tls: TLSConnection, _ first: ByteBuffer, _ second: ByteBuffer?) throws(StreamError) -> Bool {
        if let second, !second.isEmpty, first.count + second.count <= 16 * 1024 {
            // One record carries both where they are small.
            first.append(second, range: 0..<second.count)
            second.clear()
        }
        while !first.isEmpty { guard try sendPiece(tls, first) else { return false } }
        while let second, !second.isEmpty { guard try sendPiece(tls, second) else { return false } }
        return try sendUnsent()
    }

    /// Encrypts up to 64 KiB and sends what the kernel takes, together with the little that may wait.
    private func sendPiece(_ tls: TLSConnection, _ plaintext: ByteBuffer) throws(StreamError) -> Bool {
        if let unsent, unsent.count > 8 * 1024 { guard try sendUnsent() else { return false } }
        let output = unsent ?? loop.buffers.borrow(min(plaintext.count + 1024, 72 * 1024))
        unsent = output
        tls.attach(in: cipherIn ?? output, out: output)
        let result = tls.write(plaintext, limit: 64 * 1024)
        tls.detach()
        switch result {
        case .accepted(let count): plaintext.consume(count)
        case .failed(let error): throw .tls(error)
        }
        return try sendUnsent()
    }

    /// Ciphertext that the socket did not take at once: it goes before anything else. `nil` while there is none.
    @safe @exclusivity(unchecked) private var unsent: ByteBuffer?

    /// - Returns: whether nothing is left.
    private func sendUnsent() throws(StreamError) -> Bool {
        guard let unsent else { return true }
        do throws(SocketError) {
            _ = try socket.sendNow(unsent)
        } catch {
            throw .socket(error)
        }
        guard unsent.isEmpty else { return false }
        giveBackUnsent()
        return true
    }

    private func giveBackUnsent() {
        if let unsent { loop.buffers.giveBack(unsent) }
        unsent = nil
    }

    // MARK: TLS

    /// Runs the handshake of `tls` and speaks TLS from then on.
    /// - Parameter received: ciphertext that was read before, consumed.
    package func startTLS(_ tls: TLSConnection, received: ByteBuffer? = nil, deadline: MonotonicInstant) async throws(StreamError) {
        if let received, !received.isEmpty {
            borrowCipherIn().append(received, range: 0..<received.count)
            received.clear()
        }
        self.tls = tls
        while true {
            let step = handshake(tls)
            if tls.leavesOnlyTickets {
                // They go with the answer to the request that is probably here already, or before the connection waits.
                socket.expectInput()
                return
            }
            while try !sendUnsent() { try await waitForRoom(deadline: deadline) }
            switch step {
            case .done: return
            case .failed(let error): throw .tls(error)
            case .wantsMore:
                if sawEndOfCiphertext { throw .socket(SocketError(kind: .closed, operation: "SSL_do_handshake")) }
                if try !fillCipherNow() { try await waitReadable(deadline: deadline) }
            }
        }
    }

    private func handshake(_ tls: TLSConnection) -> TLSConnection.Step {
        let output = loop.buffers.borrow(8192)
        unsent = output
        let input = borrowCipherIn()
        tls.attach(in: input, out: output)
        defer {
            tls.detach()
            if input.isEmpty { giveBackCipherIn() }
        }
        return tls.handshake()
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
        giveBackUnsent()
        socket.closeWithReset()
    }

    private func sendCloseNotify() {
        guard let tls, socket.isOpen else { return }
        let output = unsent ?? loop.buffers.borrow(512)
        unsent = output
        tls.attach(in: cipherIn ?? output, out: output)
        tls.shutdown()
        tls.detach()
        _ = try? sendUnsent()  // close_notify is a courtesy: a peer that is gone loses nothing
        giveBackUnsent()
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
