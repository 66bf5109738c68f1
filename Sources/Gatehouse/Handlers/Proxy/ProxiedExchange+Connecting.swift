import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

extension ProxiedExchange {
    /// Takes an idle connection of this loop.
    /// - Returns: whether there was one.
    func takeKeptConnection(to peer: UpstreamPeer) -> Bool {
        guard group.settings.keepalive > 0,
            let kept = exchange.context.idleUpstreams.take(group, peer: peer, identity: connectionIdentity(), now: loop.now)
        else { return false }
        connection = kept
        progress.connectionWasKept = true
        if exchange.chosenExit != nil { exchange.chosenExit?.hasAnswered = true }
        exchange.upstreamLog.update { $0.connectTime = .zero }
        return true
    }

    /// Opens a connection.
    func connect(to peer: UpstreamPeer) async throws(UpstreamFailure) {
        let identity = connectionIdentity()
        let deadline = loop.now + settings.connectTimeout
        let socket: Socket
        do throws(SocketError) {
            socket = try await Socket.connect(
                to: peer.address, from: exchange.exit?.source(for: peer.address) ?? settings.bind.flatMap(exchange.localAddress),
                options: connectOptions(), on: loop,
                deadline: deadline)
        } catch {
            exchange.proxyError = ProxyError(error)
            throw UpstreamFailure(.socket(error), while: "connecting to upstream")
        }
        let stream = ByteStream(socket: socket, loop: loop)
        let opened = UpstreamConnection(
            stream: stream, group: group, peer: peer, identity: identity, keeper: exchange.context.idleUpstreams, now: loop.now)
        connection = opened
        if group.settings.keepalive > 0 || destination.usesTLS { exchange.context.forgetWhenRetired(peer) }
        if exchange.exit?.parent != nil { try await askParent(of: peer, deadline: deadline) }
        if destination.usesTLS { try await startTLS(stream, with: peer, deadline: deadline) }
        let elapsed = loop.now - attemptStart
        exchange.upstreamLog.update { $0.connectTime = elapsed }
    }

    /// The destination is reached over another proxy.
    private func askParent(of peer: UpstreamPeer, deadline: MonotonicInstant) async throws(UpstreamFailure) {
        guard let connection else { return }
        do throws(ParentOpening.Failure) {
            try await ParentOpening.secure(connection.stream, to: peer, exchange, deadline: deadline)
            exchange.chosenExit?.hasAnswered = exchange.exit?.handshake == nil
            guard let handshake = exchange.exit?.handshake else { return }
            // What comes behind its answer is the beginning of the destination's.
            connection.input = try await ParentOpening.run(handshake, over: connection.stream, on: loop, deadline: deadline)
            exchange.chosenExit?.hasAnswered = true
        } catch {
            throw UpstreamFailure(error, exchange)
        }
    }

    private func connectOptions() -> ConnectOptions {
        var options = ConnectOptions()
        options.keepsAlive = settings.keepsSocketAlive
        options.sendBuffer = settings.socketSendBuffer
        options.receiveBuffer = settings.socketReceiveBuffer
        options.isTransparent = settings.bind?.isTransparent ?? false
        return options
    }

    /// Requests share a kept connection only when they would have opened the same one.
    private func connectionIdentity() -> [UInt8] {
        if !destination.usesTLS && settings.bind == nil && exchange.exit == nil { return [] }
        var identity: [UInt8] = exchange.exit?.identity ?? []
        if destination.usesTLS {
            identity += tlsName() + [0]
            identity += Array(String(exchange.location.number).utf8) + [0]
            identity += certificateName() + [0]
        }
        if let bind = settings.bind { identity += exchange.render(bind.address) }
        return identity
    }

    /// `proxy_ssl_name`, `$proxy_host` by default: without its port, an address without its brackets.
    private func tlsName() -> [UInt8] {
        let name = settings.tls.name.map { exchange.render($0) } ?? destination.host
        if name.first == UInt8(ascii: "[") { return Array(name.dropFirst().prefix { $0 != UInt8(ascii: "]") }) }
        guard let colon = name.lastIndex(of: UInt8(ascii: ":")) else { return name }
        return Array(name[..<colon])
    }

    /// Which client certificate the connection shows, where variables name it.
    private func certificateName() -> [UInt8] {
        plan.tls?.variable.map { $0.pairs.flatMap { exchange.render($0.chain) } } ?? []
    }

    private func startTLS(_ stream: ByteStream, with peer: UpstreamPeer, deadline: MonotonicInstant) async throws(UpstreamFailure) {
        guard let plan = plan.tls else { throw UpstreamFailure(.error, "no TLS context for https upstream") }
        let name = String(decoding: tlsName(), as: UTF8.self)
        let sessions = exchange.context.upstreamSessions
        let key = UpstreamSessions.Key(peer: peer, identity: connectionIdentity())
        let tls: TLSConnection
        do throws(TLSError) {
            let certificate = try plan.variable?.certificates { exchange.render($0) }.first
            tls = try plan.makeConnection(name: name, session: sessions.session(for: key), certificate: certificate)
        } catch {
            if error.kind == .configuration { throw UpstreamFailure(configuration: error.message, exchange) }
            throw UpstreamFailure(.error, "\(error.message) while SSL handshaking to upstream")
        }
        if settings.tls.reusesSessions { tls.onNewSession = { sessions.keep($0, for: key) } }
        do throws(StreamError) {
            try await stream.startTLS(tls, deadline: deadline)
        } catch {
            throw UpstreamFailure(error, while: "SSL handshaking to upstream")
        }
    }
}
