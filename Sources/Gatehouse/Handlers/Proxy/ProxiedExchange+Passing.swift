import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// The answer's body on its way to the client.
extension ProxiedExchange {
    enum ShortPassing {
        case done
        /// The client did not take all of the head and this payload.
        case unsent(ByteBuffer?)
        /// Nothing was done: more has to be waited for than room at the client.
        case notYet
    }

    /// Passes on an answer of which all is here, as of most small ones. Waits for nothing.
    func passShort(_ length: BodyLength) throws(UpstreamFailure) -> ShortPassing {
        guard let connection, pace == nil, !exchange.isBodyShaped, !exchange.response.isStarted else { return .notYet }
        let input = connection.takeInput(16 * 1024)
        switch length {
        case .none:
            noteReuse(clean: input.isEmpty)
            return try sendWhole(nil)
        case .fixed(let total) where total <= input.capacity:
            let hasExcess = try receiveShort(total, input, connection)
            if input.count < total { return .notYet }
            noteReuse(clean: !hasExcess)
            return try sendWhole(input)
        case .fixed, .chunked, .untilClose: return .notYet
        }
    }

    private func sendWhole(_ body: ByteBuffer?) throws(UpstreamFailure) -> ShortPassing {
        progress.responseStarted = true
        noteBody(body?.count ?? 0)
        exchange.addTrailers()
        do throws(ClientError) {
            return try exchange.client.sendHead(of: exchange, body: body, isEnd: true) ? .done : .unsent(body)
        } catch {
            throw UpstreamFailure(client: error, exchange)
        }
    }

    func finishSending(_ body: ByteBuffer?) async throws(UpstreamFailure) {
        do throws(ClientError) {
            try await exchange.client.finishSending(body, isEnd: true, of: exchange)
        } catch {
            throw UpstreamFailure(client: error, exchange)
        }
    }

    /// Receives what is there of a body that fits into the head's buffer.
    /// - Returns: whether there was more than that, which is dropped.
    private func receiveShort(_ total: Int, _ input: ByteBuffer, _ connection: UpstreamConnection) throws(UpstreamFailure) -> Bool {
        if input.count < total { _ = try receiveNow(into: input, limit: total - input.count, connection) }
        if input.count <= total { return false }
        log(.warn, "upstream sent more data than specified in \"Content-Length\" header while reading upstream")
        input.truncate(to: total)
        return true
    }

    func passBody(_ length: BodyLength) async throws(UpstreamFailure) {
        guard let connection else { return }
        let input = connection.takeInput(16 * 1024)
        switch length {
        case .none:
            try await sendHead(body: nil, isEnd: true)
            noteReuse(clean: input.isEmpty)
        case .fixed(let count): try await passFixed(count, input, connection)
        case .chunked, .untilClose:
            guard let body = UpstreamBody(length, on: connection) else { return }
            let first = loop.buffers.borrow(body.bufferSize)
            defer { loop.buffers.giveBack(first) }
            // A head whose first bytes of body are not here yet is not held back for them.
            _ = try body.readNow(into: first, limit: firstLimit)
            try await pass(body, through: first)
        }
    }

    private func passFixed(_ total: Int, _ input: ByteBuffer, _ connection: UpstreamConnection) async throws(UpstreamFailure) {
        if total > BodyBufferSize.short || pace != nil { return try await passLarge(total, input, connection) }
        // What is there already goes out together with the head, from where it was received.
        let hasExcess = try receiveShort(total, input, connection)
        var left = total - input.count
        try await sendHead(body: input, isEnd: left == 0)
        while left > 0 {
            guard let count = try receiveNow(into: input, limit: left, connection) else {
                try await waitForUpstream(connection, deadline: loop.now + settings.readTimeout, doing: "reading upstream")
                continue
            }
            if count == 0 { throw UpstreamBody.brokenOff }
            left -= count
            try await write(input, isEnd: left == 0)
        }
        noteReuse(clean: !hasExcess)
    }

    private func receiveNow(into buffer: ByteBuffer, limit: Int, _ connection: UpstreamConnection) throws(UpstreamFailure) -> Int? {
        do throws(StreamError) {
            return try connection.stream.receiveNow(into: buffer, limit: limit)
        } catch {
            throw UpstreamFailure(error, while: "reading upstream")
        }
    }

    /// A body larger than the buffer of the head: moved in large pieces, by the kernel alone where nothing looks at the bytes.
    private func passLarge(_ total: Int, _ input: ByteBuffer, _ connection: UpstreamConnection) async throws(UpstreamFailure) {
        guard let body = UpstreamBody(.fixed(total), on: connection) else { return }
        let buffer = loop.buffers.borrow(body.bufferSize)
        defer { loop.buffers.giveBack(buffer) }
        // What came with the head, and what the socket has: no call is made to find that nothing more is there.
        for _ in 0..<(input.isEmpty ? 1 : 2) where buffer.count < firstLimit {
            _ = try body.readNow(into: buffer, limit: firstLimit - buffer.count)
        }
        try await pass(body, through: buffer)
    }

    /// So much may go out with the head, in bytes.
    private var firstLimit: Int { pace?.limit.piece(afterSending: 0) ?? BodyBufferSize.largest }

    /// Sends the head with the first payload, which is in `buffer`, and then the rest through the same buffer.
    private func pass(_ body: UpstreamBody, through buffer: ByteBuffer) async throws(UpstreamFailure) {
        let ahead = buffersAnswer && !body.isEnded ? readAhead(body) : nil
        exchange.client.sendPause = ahead
        defer { exchange.client.sendPause = nil }
        if body.isEnded { bodyEnded(body) }
        try await sendHead(body: buffer, isEnd: body.isEnded)
        try await splice(body, ahead)
        while !body.isEnded || ahead?.isEmpty == false {
            try await read(body, ahead, into: buffer)
            let isEnd = body.isEnded && ahead?.isEmpty ?? true
            if isEnd { bodyEnded(body) }
            if !buffer.isEmpty || isEnd { try await write(buffer, isEnd: isEnd) }
        }
    }

    /// All of the body is here: whatever the client does, the upstream is not needed any more.
    func bodyEnded(_ body: UpstreamBody) {
        if isUpstreamDone { return }
        takeTrailers(of: body)
        noteReuse(clean: body.isClean)
        finishUpstream(.succeeded)
    }

    /// What was read ahead comes first; then it is waited for the upstream.
    private func read(_ body: UpstreamBody, _ ahead: ReadAhead?, into buffer: ByteBuffer) async throws(UpstreamFailure) {
        if let ahead, try await ahead.take(into: buffer, limit: BodyBufferSize.largest) > 0 { return }
        let limit = try await waitForPace()
        while true {
            if let count = try body.readNow(into: buffer, limit: limit) {
                pace?.received += count
                return
            }
            try await waitForUpstream(body.connection, deadline: loop.now + settings.readTimeout, doing: "reading upstream")
        }
    }

    // MARK: Buffering and rate

    /// `proxy_buffering`, which the upstream may override with `X-Accel-Buffering`.
    private var buffersAnswer: Bool {
        if pace != nil { return false }
        guard !settings.ignoredHeaders.contains(.xAccelBuffering),
            let value = exchange.upstreamLog.head.fields.valueBytes(.xAccelBuffering)
        else { return settings.buffersResponse }
        if HeaderFields.equalsIgnoringCase(value, Array("no".utf8)) { return false }
        return settings.buffersResponse || HeaderFields.equalsIgnoringCase(value, Array("yes".utf8))
    }

    private func readAhead(_ body: UpstreamBody) -> ReadAhead {
        let limits = ReadAhead.Limits(
            memory: settings.buffers.count * settings.buffers.size, file: settings.maxTempFileSize, directory: settings.tempPath)
        return ReadAhead(body, limits, loop: loop) { [unowned self] in
            if body.isEnded { return bodyEnded(body) }
            noteReuse(clean: false)
            finishUpstream(.failed)
        }
    }

    /// `proxy_limit_rate`: suspends until more may be read.
    /// - Returns: how much.
    private func waitForPace() async throws(UpstreamFailure) -> Int {
        guard let pace else { return BodyBufferSize.largest }
        let due = pace.start + pace.limit.due(afterSending: pace.received)
        if due > loop.now {
            do throws(CancellationError) {
                try await loop.sleep(until: due)
            } catch {
                throw UpstreamFailure(client: ClientError(.cancelled, "stopped while reading upstream"), exchange)
            }
        }
        return pace.limit.piece(afterSending: pace.received)
    }

    // MARK: Writing

    private func sendHead(body: ByteBuffer?, isEnd: Bool) async throws(UpstreamFailure) {
        progress.responseStarted = true
        if let body {
            noteBody(body.count)
            pace?.received = body.count
        }
        do throws(ClientError) {
            try await exchange.sendHead(body: body, isEnd: isEnd)
        } catch {
            throw UpstreamFailure(client: error, exchange)
        }
    }

    private func write(_ body: ByteBuffer, isEnd: Bool) async throws(UpstreamFailure) {
        noteBody(body.count)
        do throws(ClientError) {
            try await exchange.write(body, isEnd: isEnd)
        } catch {
            throw UpstreamFailure(client: error, exchange)
        }
    }

    func noteBody(_ count: Int) {
        exchange.upstreamLog.update {
            $0.responseLength += count
            $0.bytesReceived += count
        }
    }

    private func takeTrailers(of body: UpstreamBody) {
        guard body.trailers.count > 0 else { return }
        exchange.upstreamLog.trailers = body.trailers
        guard settings.passesTrailers else { return }
        for i in 0..<body.trailers.count where !plan.hidden.contains(i, of: body.trailers) {
            exchange.response.trailers.append(at: i, of: body.trailers)
        }
    }

    // MARK: The connection afterwards

    private func noteReuse(clean: Bool) {
        guard let connection else { return }
        let rules = KeepaliveRules(
            requests: group.settings.keepaliveRequests, time: group.settings.keepaliveTime, timeout: group.settings.keepaliveTimeout)
        let exchangeFacts = KeepaliveRules.Exchange(
            requests: connection.requests, openedAt: connection.openedAt,
            endedCleanly: clean && exchange.upstreamLog.head.keepsAlive && group.settings.keepalive > 0 && !isBodyUnsent,
            isDraining: exchange.context.isDraining)
        isReusable = rules.keepsUpstream(after: exchangeFacts, now: loop.now) && !connection.stream.socket.hasPeerClosed
    }

    /// Part of the request was never sent because the answer came first: the connection cannot carry another.
    private var isBodyUnsent: Bool { hasStreamedBody && !exchange.body.isRead }
}

/// How fast one answer is read from the upstream (`proxy_limit_rate`).
struct UpstreamPace {
    let limit: RateLimit
    let start: MonotonicInstant
    /// Payload so far, in bytes.
    var received = 0

    /// `nil` where nothing is limited.
    init?(_ exchange: Exchange) {
        let location = exchange.location
        guard let template = location.settings.proxy.limitRate, let rate = RateLimit.size(exchange.render(template)), rate > 0 else {
            return nil
        }
        limit = RateLimit(rate: rate, burst: 0)
        start = exchange.context.loop.now
    }
}
