import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// `listen … socks5`: what the client asks becomes a CONNECT request, so that rules, logs and tunnels are those of HTTP. UDP ASSOCIATE
/// becomes one, too, whose destination is nobody's: each datagram names its own.
extension HTTP1Connection {
    /// Serves the one request of the connection. All that comes before it has to come within `client_header_timeout`.
    func serveSOCKS() async {
        facts.requests = 1
        context.counters.requests.add(1, ordering: .relaxed)
        let exchange = makeExchange()
        let client = SOCKSClient(self)
        exchange.begin(connection: facts, client: client, generation: binding.generation, server: binding.configuration.defaultServer)
        exchange.requestNumber = 1
        (exchange.startTime, exchange.startWallClock) = (context.loop.now, context.loop.wallClock)
        let deadline = context.loop.now + exchange.server.settings.clientHeaderTimeout
        do throws(StreamError) {
            if let request = try await negotiate(exchange, deadline: deadline) {
                client.request = request
                let protocolName = request.command == .associate ? "SOCKS5-UDP" : "SOCKS5"
                exchange.head.nameDestination(request.host, port: request.port, protocolName: protocolName)
                await RequestPath.serve(exchange)
            }
        } catch {
            log(.info, "\(error.reason) during SOCKS negotiation")
        }
        recycle(exchange)
        // The exchange does not own its client.
        withExtendedLifetime(client) {}
        if !isTunnel { await closeGracefully() }
    }

    /// - Returns: `nil` when the client was refused, or has left.
    private func negotiate(_ exchange: Exchange, deadline: MonotonicInstant) async throws(StreamError) -> SOCKSRequest? {
        var handshake = SOCKSHandshake(
            asksPassword: exchange.settings.authentication.isAsked,
            offersDatagrams: exchange.settings.forward.datagrams.ports != nil)
        let buffer = takeInput()
        while true {
            switch handshake.read(buffer.readable) {
            case .needMore:
                let count = try await stream.receive(into: buffer, limit: 1024, deadline: deadline)
                if count == 0 { return nil }
                requestBytes += count
            case .reply(let answer, let consumed):
                buffer.consume(consumed)
                try await sendSOCKS(answer, deadline: deadline)
            case .password(let user, let password, let consumed):
                buffer.consume(consumed)
                let isRight = await admits(user, password, exchange)
                try await sendSOCKS(SOCKSHandshake.passwordReply(isRight: isRight), deadline: deadline)
                if !isRight { return nil }
            case .request(let request, let consumed):
                buffer.consume(consumed)
                return request
            case .refused(let answer, let reason):
                log(.info, reason.rawValue)
                try await sendSOCKS(answer, deadline: deadline)
                return nil
            }
        }
    }

    /// Whether the password is right; the request that follows is made with it.
    private func admits(_ user: [UInt8], _ password: [UInt8], _ exchange: Exchange) async -> Bool {
        let credentials = Base64.encode(user + [UInt8(ascii: ":")] + password)
        exchange.head.becomeConnect(withCredentials: Array("Basic ".utf8) + credentials, protocolName: "SOCKS5")
        guard let refused = await AuthenticationPhase.run(exchange) else { return true }
        await AuthenticationPhase.delay(exchange)
        if case .status(let status) = refused { exchange.response.status = status }
        exchange.generation.logAccess(exchange)
        return false
    }

    private func sendSOCKS(_ answer: [UInt8], deadline: MonotonicInstant) async throws(StreamError) {
        let out = context.loop.buffers.borrow(answer.count)
        defer { context.loop.buffers.giveBack(out) }
        out.append(answer)
        writer.bytesSent += answer.count
        try await stream.send(out, deadline: deadline)
    }
}
