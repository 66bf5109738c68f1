import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

extension ProxiedExchange {
    /// More interim answers than this before the final one are an attack or a fault.
    private static let mostInterimAnswers = 32

    /// Reads the head of the final answer into `exchange.upstreamLog.head`.
    @inline(__always) func readHead() async throws(UpstreamFailure) {
        guard let connection else { return }
        var interim = 0
        while true {
            var parser = ResponseHeadParser(limits: headLimits)
            exchange.upstreamLog.head.reset()
            let deadline = loop.now + settings.readTimeout
            // A buffer is held only from when there is something to put into it.
            if connection.input == nil && !connection.stream.hasBufferedInput {
                try await waitForUpstream(connection, deadline: deadline, doing: "reading response header from upstream")
            }
            while try !takeHead(&parser, from: connection) {
                try await waitForUpstream(connection, deadline: deadline, doing: "reading response header from upstream")
            }
            if try isFinalHead() { break }
            interim += 1
            if interim > ProxiedExchange.mostInterimAnswers {
                throw UpstreamFailure(
                    .invalidHeader, "upstream sent too many interim responses while reading response header from upstream")
            }
            if exchange.upstreamLog.head.status == 103 { try await passEarlyHints() }
        }
        let elapsed = loop.now - attemptStart
        exchange.upstreamLog.hasHead = true
        exchange.upstreamLog.update { $0.headerTime = elapsed }
    }

    private func isFinalHead() throws(UpstreamFailure) -> Bool {
        let status = exchange.upstreamLog.head.status
        if status >= 200 { return true }
        guard status == 101 else { return false }
        if exchange.head.requestsUpgrade && plan.setHeaders.contains(where: { $0.id == .upgrade }) { return true }
        throw UpstreamFailure(
            .invalidHeader, "upstream sent unexpected 101 Switching Protocols while reading response header from upstream")
    }

    private var headLimits: ResponseHeadParser.Limits {
        var limits = ResponseHeadParser.Limits()
        limits.totalBytes = settings.bufferSize
        return limits
    }

    /// Receives what is there, and reads it.
    /// - Returns: whether the head is complete.
    private func takeHead(_ parser: inout ResponseHeadParser, from connection: UpstreamConnection) throws(UpstreamFailure) -> Bool {
        let buffer = connection.takeInput(max(settings.bufferSize, BodyBufferSize.largest))
        if try parse(&parser, buffer) { return true }
        let count: Int?
        do throws(StreamError) {
            count = try connection.stream.receiveNow(into: buffer, limit: BodyBufferSize.first)
        } catch {
            throw UpstreamFailure(error, while: "reading response header from upstream")
        }
        if count == nil { return false }
        if count == 0 {
            throw UpstreamFailure(.error, "upstream prematurely closed connection while reading response header from upstream")
        }
        progress.responseReceived = true
        return try parse(&parser, buffer)
    }

    private func parse(_ parser: inout ResponseHeadParser, _ buffer: ByteBuffer) throws(UpstreamFailure) -> Bool {
        if buffer.isEmpty { return false }
        switch parser.parse(buffer.readable, into: &exchange.upstreamLog.head) {
        case .complete(let consumed):
            buffer.consume(consumed)
            exchange.upstreamLog.update { $0.bytesReceived += consumed }
            return true
        case .rejected(let error):
            throw UpstreamFailure(.invalidHeader, "\(error.reason) while reading response header from upstream")
        case .needMore: return false
        }
    }

    /// Waits until the upstream's socket is readable. The client leaving for good ends it, unless `proxy_ignore_client_abort` is on; a client
    /// that has merely finished sending (a half-close) still gets its answer.
    func waitForUpstream(
        _ connection: UpstreamConnection, deadline: MonotonicInstant, doing: String
    ) async throws(UpstreamFailure) {
        do throws(SocketError) {
            guard !settings.ignoresClientAbort, let client = exchange.client.watchedSocket else {
                return try await connection.stream.socket.readable(deadline: deadline)
            }
            let ready = try await Socket.waitForAny(connection.stream.socket, .readable, client, .reset, deadline: deadline)
            if ready.b && !ready.a {
                throw SocketError(kind: .reset, operation: "client")
            }
        } catch {
            if exchange.client.watchedSocket?.isReset ?? false, !settings.ignoresClientAbort {
                throw UpstreamFailure(client: ClientError(.gone, "client prematurely closed connection while \(doing)"), exchange)
            }
            throw UpstreamFailure(.socket(error), while: doing)
        }
    }

    /// `early_hints`: a 103 goes to the client when one of the conditions holds (RFC 8297).
    private func passEarlyHints() async throws(UpstreamFailure) {
        guard exchange.head.version == .http11, !exchange.isInternal else { return }
        let allowed = exchange.location.settings.earlyHints.contains { exchange.isTrue($0) }
        guard allowed else { return }
        var fields = HeaderFields()
        let head = exchange.upstreamLog.head.fields
        for i in 0..<head.count where !plan.hidden.contains(i, of: head) {
            fields.append(name: Array(head.name(at: i)), value: Array(head.value(at: i)))
        }
        do throws(ClientError) {
            try await exchange.client.sendInterim(status: 103, fields: fields)
        } catch {
            throw UpstreamFailure(client: error, exchange)
        }
    }
}
