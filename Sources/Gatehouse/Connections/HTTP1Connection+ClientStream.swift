import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

extension HTTP1Connection: ClientStream {
    package var bytesReceived: Int { requestBytes - (input?.count ?? 0) }
    package var bytesSent: Int { writer.bytesSent }
    package var watchedSocket: Socket? { stream.socket }

    package var sendPause: (any SendPause)? {
        get { stream.pause }
        set { stream.pause = newValue }
    }

    // MARK: Reading

    package var hasBodyBytesReady: Bool { !(input?.isEmpty ?? true) || stream.hasBufferedInput || bodyReader.isAtEnd }

    package func readBody(
        into buffer: ByteBuffer, limit: Int, deadline: MonotonicInstant
    ) async throws(ClientError) -> Int {
        if bodyReader.isAtEnd { return 0 }
        try await admitBody()
        while true {
            if let input, !input.isEmpty || bodyReader.remaining == nil {
                switch bodyReader.take(from: input, into: buffer, limit: limit) {
                case .moved(let count): return count
                case .end: return 0
                case .invalid(let reason):
                    writer.mustClose()
                    throw ClientError(.malformed, reason)
                case .needsMore: break
                }
            } else if let left = bodyReader.remaining {
                // No framing inside: bytes go straight to where they are wanted.
                let count = try await receive(into: buffer, limit: min(left, limit), deadline: deadline)
                bodyReader.received(count)
                return count
            }
            _ = try await receive(into: takeInput(), limit: 16 * 1024, deadline: deadline)
        }
    }

    package func takeReceivedBody(into buffer: ByteBuffer, limit: Int) throws(ClientError) -> Int? {
        if bodyReader.isAtEnd { return 0 }
        guard let input, !input.isEmpty, !bodyReader.owesContinue else { return nil }
        switch bodyReader.take(from: input, into: buffer, limit: limit) {
        case .moved(let count): return count
        case .end: return 0
        case .needsMore: return nil
        case .invalid(let reason):
            writer.mustClose()
            throw ClientError(.malformed, reason)
        }
    }

    private func receive(into buffer: ByteBuffer, limit: Int, deadline: MonotonicInstant) async throws(ClientError) -> Int {
        let count: Int
        do throws(StreamError) {
            count = try await stream.receive(into: buffer, limit: limit, deadline: deadline)
        } catch {
            writer.mustClose()
            throw ClientError(error, doing: "reading client request body")
        }
        requestBytes += count
        if count == 0 {
            writer.mustClose()
            throw ClientError(.gone, "client prematurely closed connection")
        }
        return count
    }

    package func admitBody() async throws(ClientError) {
        guard bodyReader.owesContinue else { return }
        bodyReader.continueSent()
        let out = context.loop.buffers.borrow(64)
        defer { context.loop.buffers.giveBack(out) }
        out.append("HTTP/1.1 100 Continue\r\n\r\n")
        try await send(out, nil, timeout: .seconds(60))
    }

    package func dismissBody() async throws(ClientError) {
        try await admitBody()
        if bodyReader.isAtEnd || bodyReader.isBroken { return }
        guard let input, !input.isEmpty else { return }
        let dropped = context.loop.buffers.borrow(4096)
        defer { context.loop.buffers.giveBack(dropped) }
        while true {
            dropped.clear()
            switch bodyReader.take(from: input, into: dropped, limit: 16 * 1024) {
            case .moved: continue
            case .end, .needsMore: return
            case .invalid(let reason):
                writer.mustClose()
                throw ClientError(.malformed, reason)
            }
        }
    }

    /// Reads what is left of a body nobody asked for, within limits.
    /// - Returns: whether the next request can follow on this connection.
    func discardBody(_ exchange: Exchange) async -> Bool {
        let location = exchange.location
        if bodyReader.isBroken || bodyReader.owesContinue { return false }
        let end = context.loop.now + location.settings.lingeringTime
        let buffer = context.loop.buffers.borrow(16 * 1024)
        defer { context.loop.buffers.giveBack(buffer) }
        while !bodyReader.isAtEnd {
            buffer.clear()
            do throws(ClientError) {
                let deadline = min(end, context.loop.now + location.settings.lingeringTimeout)
                _ = try await readBody(into: buffer, limit: 16 * 1024, deadline: deadline)
            } catch {
                return false
            }
        }
        return true
    }

    // MARK: Writing

    package func sendInterim(status: Int, fields: HeaderFields) async throws(ClientError) {
        let out = context.loop.buffers.borrow(1024)
        defer { context.loop.buffers.giveBack(out) }
        HTTP1ResponseWriter.writeInterim(status: status, fields: fields, to: out)
        try await send(out, nil, timeout: settings.sendTimeout)
    }

    package func sendHead(of exchange: Exchange, body: ByteBuffer?, isEnd: Bool) throws(ClientError) -> Bool {
        let out = context.loop.buffers.borrow(4096)
        writer.writeHead(of: exchange, connection: self, to: out)
        exchange.response.isStarted = true
        var payload = body
        if !writer.sendsBody {
            payload?.clear()
            payload = nil
        }
        if let payload {
            exchange.response.bodyBytesSent += payload.count
            writer.frame(payload, isEnd: isEnd, prefix: out, trailers: exchange.response.trailers)
        } else if isEnd && writer.sendsBody {
            writer.writeLastChunk(exchange.response.trailers, to: out)
        }
        unsentHead = out
        return try sendRest(payload, isEnd: isEnd, of: exchange)
    }

    package func finishSending(_ body: ByteBuffer?, isEnd: Bool, of exchange: Exchange) async throws(ClientError) {
        let deadline = context.loop.now + exchange.location.settings.sendTimeout
        while try !sendRest(body, isEnd: isEnd, of: exchange) { try await waitForRoom(deadline: deadline) }
    }

    /// Sends what the kernel takes of the head and of `body`.
    /// - Returns: whether nothing is left.
    private func sendRest(_ body: ByteBuffer?, isEnd: Bool, of exchange: Exchange) throws(ClientError) -> Bool {
        guard let head = unsentHead, try sendNow(head, body) else { return unsentHead == nil }
        context.loop.buffers.giveBack(head)
        unsentHead = nil
        if isEnd { exchange.response.isComplete = true }
        return true
    }

    package func write(_ body: ByteBuffer, isEnd: Bool, of exchange: Exchange) async throws(ClientError) {
        guard writer.sendsBody else {
            body.clear()
            if isEnd { exchange.response.isComplete = true }
            return
        }
        if body.isEmpty && !isEnd { return }
        exchange.response.bodyBytesSent += body.count
        let timeout = exchange.location.settings.sendTimeout
        if writer.isChunked {
            let out = context.loop.buffers.borrow(64)
            defer { context.loop.buffers.giveBack(out) }
            writer.frame(body, isEnd: isEnd, prefix: out, trailers: exchange.response.trailers)
            try await send(out, body, timeout: timeout)
        } else {
            try await send(body, nil, timeout: timeout)
        }
        if isEnd { exchange.response.isComplete = true }
    }

    package func finish(_ exchange: Exchange) async throws(ClientError) {
        if writer.isChunked && writer.sendsBody {
            let out = context.loop.buffers.borrow(256)
            defer { context.loop.buffers.giveBack(out) }
            writer.writeLastChunk(exchange.response.trailers, to: out)
            try await send(out, nil, timeout: exchange.location.settings.sendTimeout)
        }
        exchange.response.isComplete = true
    }

    package var socketForRawPayload: Socket? { stream.tls == nil && writer.sendsPlainBytes ? stream.socket : nil }

    package func sentRawPayload(_ count: Int, isEnd: Bool, of exchange: Exchange) {
        writer.bytesSent += count
        exchange.response.bodyBytesSent += count
        if isEnd { exchange.response.isComplete = true }
    }

    package func takeReceived() -> ByteBuffer? {
        requestBytes = bytesReceived
        defer { input = nil }
        return input
    }

    package var keepsAlive: Bool { writer.keepsAlive }
    package var isChunkedAnswer: Bool { writer.isChunked }

    package func takeTunnel() -> ByteStream? {
        isTunnel = true
        return stream
    }

    /// Sends all of both buffers.
    func send(_ first: ByteBuffer, _ second: ByteBuffer?, timeout: Duration) async throws(ClientError) {
        if try sendNow(first, second) { return }
        let deadline = context.loop.now + timeout
        repeat { try await waitForRoom(deadline: deadline) } while try !sendNow(first, second)
    }

    /// Sends what the kernel takes: nearly always everything.
    /// - Returns: whether nothing is left.
    private func sendNow(_ first: ByteBuffer, _ second: ByteBuffer?) throws(ClientError) -> Bool {
        let before = first.count + (second?.count ?? 0)
        defer { writer.bytesSent += before - first.count - (second?.count ?? 0) }
        do throws(StreamError) {
            return try stream.sendNow(first, second)
        } catch {
            throw sendingFailed(error)
        }
    }

    private func waitForRoom(deadline: MonotonicInstant) async throws(ClientError) {
        do throws(StreamError) {
            try await stream.waitForRoom(deadline: deadline)
        } catch {
            throw sendingFailed(error)
        }
    }

    private func sendingFailed(_ error: StreamError) -> ClientError {
        writer.mustClose()
        return ClientError(error, doing: "sending response to client")
    }
}

extension ClientError {
    init(_ error: StreamError, doing what: String) {
        if error.isTimeout {
            self.init(.timedOut, "client timed out while \(what)")
        } else if error.isCancelled {
            self.init(.cancelled, "stopped while \(what)")
        } else {
            self.init(.gone, "\(error.reason) while \(what)")
        }
    }
}
