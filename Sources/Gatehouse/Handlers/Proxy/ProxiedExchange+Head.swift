import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

extension ProxiedExchange {
    /// More interim answers than this before the final one are an attack or a fault.
    private static let mostInterimAnswers = 32

    /// Reads the head of the final answer into `exchange.upstreamLog.head`.
    func readHead() async throws(UpstreamFailure) {
        guard let connection else { return }
        // A buffer is held only from when there is something to put into it.
        if connection.input == nil && !connection.stream.hasBufferedInput {
            let deadline = loop.now + settings.readTimeout
            try await waitForUpstream(connection, deadline: deadline, doing: "reading response header from upstream")
        }
        let buffer = connection.takeInput(max(settings.bufferSize, BodyBufferSize.first))
        var interim = 0
        while true {
            try await readOneHead(buffer, on: connection)
            let status = exchange.upstreamLog.head.status
            if status == 101 {
                if exchange.head.requestsUpgrade && plan.setHeaders.contains(where: { $0.id == .upgrade }) { break }
                throw UpstreamFailure(
                    .invalidHeader, "upstream sent unexpected 101 Switching Protocols while reading response header from upstream")
            }
            if status >= 200 { break }
            interim += 1
            if interim > ProxiedExchange.mostInterimAnswers {
                throw UpstreamFailure(
                    .invalidHeader, "upstream sent too many interim responses while reading response header from upstream")
            }
            if status == 103 { try await passEarlyHints() }
        }
        let elapsed = loop.now - attemptStart
        exchange.upstreamLog.hasHead = true
        exchange.upstreamLog.update { $0.headerTime = elapsed }
    }

    private var headLimits: ResponseHeadParser.Limits {
        var limits = ResponseHeadParser.Limits()
        limits.totalBytes = settings.bufferSize
        return limits
    }

    private func readOneHead(_ buffer: ByteBuffer, on connection: UpstreamConnection) async throws(UpstreamFailure) {
        var parser = ResponseHeadParser(limits: headLimits)
        exchange.upstreamLog.head.reset()
        let deadline = loop.now + settings.readTimeout
        while true {
            if !buffer.isEmpty {
                switch parser.parse(buffer.readable, into: &exchange.upstreamLog.head) {
                case .complete(let consumed):
                    buffer.consume(consumed)
                    exchange.upstreamLog.update { $0.bytesReceived += consumed }
                    return
                case .rejected(let error):
                    throw UpstreamFailure(.invalidHeader, "\(error.reason) while reading response header from upstream")
                case .needMore: break
                }
            }
            let count = try await receive(into: buffer, limit: BodyBufferSize.first, on: connection, deadline: deadline)
            if count == 0 {
                throw UpstreamFailure(.error, "upstream prematurely closed connection while reading response header from upstream")
            }
            progress.responseReceived = true
        }
    }

    /// Receives from the upstream; a client that resets its connection meanwhile ends the wait.
    private func receive(
        into buffer: ByteBuffer, limit: Int, on connection: UpstreamConnection, deadline: MonotonicInstant
    ) async throws(UpstreamFailure) -> Int {
        while true {
            do throws(StreamError) {
                if let count = try connection.stream.receiveNow(into: buffer, limit: limit) { return count }
            } catch {
                throw UpstreamFailure(error, while: "reading response header from upstream")
            }
            try await waitForUpstream(connection, deadline: deadline, doing: "reading response header from upstream")
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
