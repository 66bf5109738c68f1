import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

/// Asks another proxy for a connection, over a connection to it.
enum ParentOpening {
    enum Failure: Error {
        case stream(StreamError)
        /// It ended its connection before its answer was whole.
        case ended
        case refused(ParentFailure)
    }

    /// Speaks TLS with a parent where its exit says so.
    static func secure(_ stream: ByteStream, to peer: UpstreamPeer, _ exchange: Exchange, deadline: MonotonicInstant) async throws(Failure)
    {
        guard let plan = exchange.exit?.tls else { return }
        let sessions = exchange.context.upstreamSessions
        let key = UpstreamSessions.Key(peer: peer, identity: plan.identity)
        let tls: TLSConnection
        do throws(TLSError) {
            tls = try plan.makeConnection(session: sessions.session(for: key))
        } catch {
            throw .stream(.tls(error))
        }
        tls.onNewSession = { sessions.keep($0, for: key) }
        exchange.context.forgetWhenRetired(peer)
        do throws(StreamError) {
            try await stream.startTLS(tls, deadline: deadline)
        } catch {
            throw .stream(error)
        }
    }

    /// - Returns: what came behind the parent's answer: the destination's first bytes. The caller gives the buffer back to the loop.
    static func run(
        _ handshake: ParentHandshake, over stream: ByteStream, on loop: EventLoop, deadline: MonotonicInstant
    ) async throws(Failure) -> ByteBuffer {
        let buffer = loop.buffers.borrow(1024)
        do throws(Failure) {
            try await negotiate(handshake, buffer, over: stream, on: loop, deadline: deadline)
            return buffer
        } catch {
            loop.buffers.giveBack(buffer)
            throw error
        }
    }

    private static func negotiate(
        _ handshake: ParentHandshake, _ buffer: ByteBuffer, over stream: ByteStream, on loop: EventLoop, deadline: MonotonicInstant
    ) async throws(Failure) {
        var handshake = handshake
        try await send(handshake.opening, over: stream, on: loop, deadline: deadline)
        while true {
            switch handshake.read(buffer.readable) {
            case .needMore:
                let count = try await receive(into: buffer, from: stream, deadline: deadline)
                if count == 0 { throw .ended }
            case .send(let bytes, let consumed):
                buffer.consume(consumed)
                try await send(bytes, over: stream, on: loop, deadline: deadline)
            case .open(let consumed):
                buffer.consume(consumed)
                return
            case .failed(let failure): throw .refused(failure)
            }
        }
    }

    private static func receive(into buffer: ByteBuffer, from stream: ByteStream, deadline: MonotonicInstant) async throws(Failure) -> Int {
        do throws(StreamError) {
            return try await stream.receive(into: buffer, limit: 4096, deadline: deadline)
        } catch {
            throw .stream(error)
        }
    }

    private static func send(
        _ bytes: [UInt8], over stream: ByteStream, on loop: EventLoop, deadline: MonotonicInstant
    ) async throws(Failure) {
        if bytes.isEmpty { return }
        let out = loop.buffers.borrow(bytes.count)
        defer { loop.buffers.giveBack(out) }
        out.append(bytes)
        do throws(StreamError) {
            try await stream.send(out, deadline: deadline)
        } catch {
            throw .stream(error)
        }
    }
}

extension UpstreamFailure {
    /// What a parent's failure means for the request; the exchange remembers it in `Proxy-Status`'s words.
    init(_ failure: ParentOpening.Failure, _ exchange: Exchange) {
        switch failure {
        case .stream(let error):
            exchange.proxyError = ProxyError(ofParent: error)
            self.init(error, while: "asking parent proxy for a connection")
        case .ended:
            exchange.proxyError = .connectionTerminated
            self.init(.error, "parent proxy closed its connection while asked for another")
        case .refused(let reason):
            exchange.proxyError = reason.error
            exchange.chosenExit?.hasAnswered = true
            self.init(.error, reason.description)
            // The parent has done its part, and another would do no better.
            if case .socks = reason { disposition = .status(reason.isForbidden ? 403 : 502) }
            if case .status = reason { disposition = .status(reason.isForbidden ? 403 : 502) }
            if disposition != nil { exchange.generation.log(.error, reason.description, exchange) }
        }
    }
}

extension ParentFailure {
    fileprivate var isForbidden: Bool { error == .requestDenied }
}
