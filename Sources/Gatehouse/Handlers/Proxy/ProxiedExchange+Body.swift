import GatehouseRuntime
import GatehouseWire

/// The request's body on its way to the upstream.
extension ProxiedExchange {
    /// What is left of a request that could not be sent without waiting.
    struct UnsentRequest {
        /// The head, or the rest of it; to be given back.
        fileprivate let head: ByteBuffer
        fileprivate let body: OutgoingBody
    }

    /// Writes the request's head, and sends it where that is all.
    /// - Returns: `nil` when the request is out.
    func startRequest() throws(UpstreamFailure) -> UnsentRequest? {
        guard let connection else { return nil }
        let out = loop.buffers.borrow(4096)
        let body = outgoingBody()
        ProxyRequestWriter.write(exchange, plan: sharedPlan, destination: destination, framing: body.framing, to: out)
        connection.requests += 1
        connection.sentBefore = connection.stream.socket.sentCount
        progress.requestSent = true
        switch body {
        case .none: break
        case .bytes(let bytes): out.append(bytes)
        case .stored, .streamed: return UnsentRequest(head: out, body: body)
        }
        guard try sendNow(out, nil, on: connection) else { return UnsentRequest(head: out, body: .none) }
        loop.buffers.giveBack(out)
        return nil
    }

    func finish(_ unsent: UnsentRequest) async throws(UpstreamFailure) {
        let out = unsent.head
        defer { loop.buffers.giveBack(out) }
        guard let connection else { return }
        switch unsent.body {
        case .none, .bytes: try await send(out, nil, on: connection)
        case .stored(let stored): try await send(stored, behind: out, on: connection)
        case .streamed(let length, let first):
            try await sendPiece(try await copy(of: first), behind: out, isChunked: length == nil, isLast: false, on: connection)
            try await streamBody(isChunked: length == nil, behind: out, on: connection)
        }
    }

    private func outgoingBody() -> OutgoingBody {
        if let template = settings.setBody { return .bytes(exchange.render(template)) }
        if !settings.passesRequestBody { return .none }
        if exchange.body.isRead, let stored = exchange.body.stored { return .stored(stored) }
        if exchange.body.isRead || !exchange.hasRequestBody { return exchange.head.contentLength == 0 ? .bytes([]) : .none }
        return .streamed(length: exchange.head.contentLength, first: exchange.body.stored)
    }

    /// Sends all of both buffers.
    private func send(_ first: ByteBuffer, _ second: ByteBuffer?, on connection: UpstreamConnection) async throws(UpstreamFailure) {
        let deadline = loop.now + settings.sendTimeout
        while try !sendNow(first, second, on: connection) {
            do throws(StreamError) {
                try await connection.stream.waitForRoom(deadline: deadline)
            } catch {
                try sendingFailed(error, first, second, on: connection)
                return
            }
        }
    }

    /// Sends what the kernel takes: nearly always everything.
    /// - Returns: whether nothing is left.
    private func sendNow(_ first: ByteBuffer, _ second: ByteBuffer?, on connection: UpstreamConnection) throws(UpstreamFailure) -> Bool {
        let before = first.count + (second?.count ?? 0)
        do throws(StreamError) {
            let isAll = try connection.stream.sendNow(first, second)
            let sent = before - first.count - (second?.count ?? 0)
            exchange.upstreamLog.update { $0.bytesSent += sent }
            return isAll
        } catch {
            try sendingFailed(error, first, second, on: connection)
            return true
        }
    }

    /// An upstream that has answered and closed before it read everything is no failure: its answer counts.
    private func sendingFailed(
        _ error: StreamError, _ first: ByteBuffer, _ second: ByteBuffer?, on connection: UpstreamConnection
    ) throws(UpstreamFailure) {
        first.clear()
        second?.clear()
        if error.isTimeout || progress.connectionWasKept || !connection.stream.socket.hasUnreceivedInput() {
            throw UpstreamFailure(error, while: "sending request to upstream")
        }
    }

    // MARK: Stored

    private func send(_ body: StoredBody, behind head: ByteBuffer, on connection: UpstreamConnection) async throws(UpstreamFailure) {
        var offset = 0
        while offset < body.count || !head.isEmpty {
            let count = await body.copy(from: offset, limit: 128 * 1024, into: head)
            if count == 0 && offset < body.count {
                throw UpstreamFailure(client: ClientError(.gone, "the stored request body cannot be read"), exchange)
            }
            offset += count
            try await send(head, nil, on: connection)
            if connection.stream.socket.isReset { return }
        }
    }

    /// What came of the body with its head, in a buffer to be given back by `sendPiece`.
    private func copy(of body: StoredBody?) async throws(UpstreamFailure) -> ByteBuffer {
        let buffer = loop.buffers.borrow((body?.count ?? 0) + 64)
        guard let body else { return buffer }
        // It may lie in several pieces, of which each call copies one.
        while buffer.count < body.count {
            if await body.copy(from: buffer.count, limit: body.count - buffer.count, into: buffer) == 0 {
                loop.buffers.giveBack(buffer)
                throw UpstreamFailure(client: ClientError(.gone, "the stored request body cannot be read"), exchange)
            }
        }
        return buffer
    }

    // MARK: Streamed

    /// Passes the body on as it comes, looking out for an answer that comes before its end.
    private func streamBody(isChunked: Bool, behind head: ByteBuffer, on connection: UpstreamConnection) async throws(UpstreamFailure) {
        while true {
            if try await upstreamAnswersEarly(connection) {
                hasStreamedBody = true
                exchange.response.closesConnection = true
                return
            }
            let buffer = loop.buffers.borrow(64 * 1024)
            do throws(ClientError) {
                try await readPiece(into: buffer)
            } catch {
                loop.buffers.giveBack(buffer)
                throw UpstreamFailure(client: error, exchange)
            }
            try await sendPiece(buffer, behind: head, isChunked: isChunked, isLast: exchange.body.isRead, on: connection)
            if exchange.body.isRead { return }
            // What was passed on is gone: the start of it alone is of no use to anybody.
            exchange.body.stored = nil
        }
    }

    /// Reads what comes next, together with the end where that is here as well.
    private func readPiece(into buffer: ByteBuffer) async throws(ClientError) {
        let limit = 64 * 1024 - 32
        let deadline = loop.now + exchange.location.settings.clientBodyTimeout
        var count: Int? = try await exchange.readBodyPiece(into: buffer, limit: limit, deadline: deadline)
        while count ?? 0 > 0 && buffer.count < limit { count = try exchange.takeReceivedPiece(into: buffer, limit: limit - buffer.count) }
        exchange.body.isRead = count == 0
        hasStreamedBody = hasStreamedBody || !buffer.isEmpty
    }

    /// Sends `head` and, in the same call, `buffer`, which is given back.
    private func sendPiece(
        _ buffer: ByteBuffer, behind head: ByteBuffer, isChunked: Bool, isLast: Bool, on connection: UpstreamConnection
    ) async throws(UpstreamFailure) {
        defer { loop.buffers.giveBack(buffer) }
        if isChunked && !buffer.isEmpty {
            ChunkedEncoder.appendChunkHeader(size: buffer.count, to: head)
            buffer.append("\r\n")
        }
        if isChunked && isLast { buffer.append("0\r\n\r\n") }
        if head.isEmpty && buffer.isEmpty { return }
        try await send(head, buffer, on: connection)
    }

    /// Waits until the client's next bytes are there or the upstream says something.
    /// - Returns: whether the upstream did.
    private func upstreamAnswersEarly(_ connection: UpstreamConnection) async throws(UpstreamFailure) -> Bool {
        while true {
            if connection.stream.hasBufferedInput || connection.stream.socket.hasUnreceivedInput() {
                // Over TLS, records may have come that carry no answer, such as session tickets.
                if try receiveAnswer(connection) { return true }
            }
            guard !exchange.client.hasBodyBytesReady, let client = exchange.client.watchedSocket else { return false }
            do throws(SocketError) {
                let deadline = loop.now + exchange.location.settings.clientBodyTimeout
                let ready = try await Socket.waitForAny(
                    connection.stream.socket, .readable, client, [.readable, .peerClosed], deadline: deadline)
                // The flags may be older than the last receive.
                if !ready.a && (client.hasUnreceivedInput() || client.hasPeerClosed) { return false }
            } catch {
                if error.kind == .timedOut {
                    throw UpstreamFailure(client: ClientError(.timedOut, "client timed out while reading client request body"), exchange)
                }
                throw UpstreamFailure(.socket(error), while: "sending request to upstream")
            }
            if try receiveAnswer(connection) { return true }
            if exchange.client.hasBodyBytesReady { return false }
        }
    }

    /// - Returns: whether the upstream has begun its answer, or closed.
    private func receiveAnswer(_ connection: UpstreamConnection) throws(UpstreamFailure) -> Bool {
        do throws(StreamError) {
            let input = connection.takeInput(max(settings.bufferSize, 16 * 1024))
            guard let count = try connection.stream.receiveNow(into: input, limit: 16 * 1024) else { return false }
            if count > 0 { progress.responseReceived = true }
            return true
        } catch {
            throw UpstreamFailure(error, while: "sending request to upstream")
        }
    }
}

/// The body an upstream is sent.
enum OutgoingBody {
    case none
    case bytes([UInt8])
    case stored(StoredBody)
    /// As it comes from the client, after what came with its head; chunked where its length is unknown.
    case streamed(length: Int?, first: StoredBody?)

    var framing: ProxyRequestWriter.Framing {
        switch self {
        case .none: .none
        case .bytes(let bytes): .length(bytes.count)
        case .stored(let body): .length(body.count)
        case .streamed(let length, _): length.map { .length($0) } ?? .chunked
        }
    }
}
