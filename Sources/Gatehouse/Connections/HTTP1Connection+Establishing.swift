import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

extension HTTP1Connection {
    /// What comes before the first request: the PROXY protocol header, the TLS handshake.
    /// - Returns: whether requests can follow.
    func establish() async -> Bool {
        let listen = binding.configuration.listen
        let deadline = context.loop.now + binding.configuration.defaultServer.settings.clientHeaderTimeout
        if listen.acceptsProxyProtocol {
            guard await readProxyHeader(deadline: deadline) else { return false }
        }
        if listen.usesTLS {
            return await startTLS(deadline: deadline)
        }
        return true
    }

    private func readProxyHeader(deadline: MonotonicInstant) async -> Bool {
        let buffer = takeInput()
        while true {
            switch ProxyProtocol.parse(buffer.readable) {
            case .complete(let header, let consumed):
                buffer.consume(consumed)
                facts.proxyProtocol = header
                return true
            case .invalid(let reason):
                log(.error, "\(reason) while reading PROXY protocol")
                return false
            case .needMore: break
            }
            do throws(StreamError) {
                if try await stream.receive(into: buffer, limit: 4096, deadline: deadline) == 0 { return false }
            } catch {
                log(.info, "\(error.reason) while reading PROXY protocol")
                return false
            }
        }
    }

    private func startTLS(deadline: MonotonicInstant) async -> Bool {
        let tls: TLSConnection
        do throws(TLSError) {
            guard let made = try binding.makeTLS({ [unowned self] in handshakeValue(of: $1, server: $0) }) else { return false }
            tls = made
        } catch {
            log(.alert, "\(error) while SSL handshaking")
            facts.trialPart?.noteFailedHandshake()
            return false
        }
        do throws(StreamError) {
            if input == nil || input?.isEmpty == true {
                giveBackInput()
                try await stream.waitReadable(deadline: deadline)
                if await answerPlainRequest(deadline: deadline) { return false }
            }
            facts.tls = tls
            try await stream.startTLS(tls, received: input, deadline: deadline)
            binding.choose(serverName: tls.serverName)
            return true
        } catch {
            log(error.handshakeLevel, "\(error.reason) while SSL handshaking")
            if case .tls = error { facts.trialPart?.noteFailedHandshake() }
            return false
        }
    }

    /// The name of a certificate that depends on the connection: there is no request yet.
    private func handshakeValue(of template: Template, server: ServerConfiguration) -> [UInt8] {
        let exchange = makeExchange()
        defer { recycle(exchange) }
        exchange.server = server
        exchange.location = server.root
        return exchange.render(template)
    }

    /// A client that speaks plain HTTP to a TLS port is told so (nginx's 497).
    /// - Returns: whether it was one.
    private func answerPlainRequest(deadline: MonotonicInstant) async -> Bool {
        let buffer = takeInput()
        guard let count = try? stream.receiveNow(into: buffer, limit: 4096), count > 0 else { return false }
        // A TLS record starts with its content type: 22, or 0x80 bits of an SSLv2 hello.
        if buffer[0] == 22 || buffer[0] & 0x80 != 0 { return false }
        await servePlainRequestOnTLSPort()
        return true
    }

    /// The connection is not to be closed before its client has had time to read the last answer.
    var lingers: Bool {
        if settings.lingeringClose == .off || facts.requests == 0 { return false }
        if stream.socket.hasPeerClosed || stream.socket.isReset { return false }
        let hasUnread = !bodyReader.isAtEnd || !(input?.isEmpty ?? true)
        return settings.lingeringClose == .always || hasUnread
    }

    /// Waits until the client has closed or the lingering time is over, so that it can read our last answer before a reset reaches it.
    func closeGracefully() async {
        stream.socket.shutdownWrite()
        let end = context.loop.now + settings.lingeringTime
        let buffer = takeInput()
        while context.loop.now < end {
            buffer.clear()
            let deadline = min(end, context.loop.now + settings.lingeringTimeout)
            do throws(SocketError) {
                if try await stream.socket.receive(into: buffer, limit: 16 * 1024, deadline: deadline) == 0 { return }
            } catch {
                return
            }
        }
    }
}

extension HTTP1Connection {
    /// Answers 497 to a plain request on a TLS port: read as a request, so that `error_page 497` can redirect it.
    func servePlainRequestOnTLSPort() async {
        let exchange = makeExchange()
        beginHead()
        _ = await readHead(into: &exchange.head)
        facts.requests += 1
        exchange.requestNumber = facts.requests
        exchange.response.closesConnection = true
        bodyReader.beginUnreadable()
        writer.begin(exchange)
        log(.info, "client sent plain HTTP request to HTTPS port while reading client request headers")
        await RequestPath.answer(exchange, refusedWith: 497)
        recycle(exchange)
    }
}

extension StreamError {
    /// What clients can cause is no news; the rest is ours to repair.
    fileprivate var handshakeLevel: LogLevel {
        if case .tls(let error) = self, error.kind == .configuration { return .error }
        return .info
    }
}
