import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

extension ProxiedExchange {
    /// Takes an idle connection of this loop or opens one.
    func connect(reusing mayReuse: Bool) async throws(UpstreamFailure) {
        let identity = connectionIdentity()
        if mayReuse && group.settings.keepalive > 0,
            let kept = exchange.context.idleUpstreams.take(group, peer: peer.index, identity: identity)
        {
            connection = kept
            progress.connectionWasKept = true
            exchange.upstreamLog.update { $0.connectTime = .zero }
            return
        }
        let address = group.peers[peer.index].address
        let deadline = loop.now + settings.connectTimeout
        let socket: Socket
        do throws(SocketError) {
            socket = try await Socket.connect(
                to: address, from: settings.bind.flatMap(exchange.localAddress), options: connectOptions(), on: loop, deadline: deadline)
        } catch {
            throw UpstreamFailure(.socket(error), while: "connecting to upstream")
        }
        let stream = ByteStream(socket: socket, loop: loop)
        let opened = UpstreamConnection(stream: stream, group: group, peer: peer.index, identity: identity, now: loop.now)
        connection = opened
        if destination.usesTLS { try await startTLS(stream, deadline: deadline) }
        let elapsed = loop.now - attemptStart
        exchange.upstreamLog.update { $0.connectTime = elapsed }
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
        if !destination.usesTLS && settings.bind == nil { return [] }
        var identity: [UInt8] = []
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

    private func startTLS(_ stream: ByteStream, deadline: MonotonicInstant) async throws(UpstreamFailure) {
        guard let plan = plan.tls else { throw UpstreamFailure(.error, "no TLS context for https upstream") }
        let name = String(decoding: tlsName(), as: UTF8.self)
        let sessions = exchange.context.upstreamSessions
        let key = UpstreamSessions.Key(group: group.number, peer: peer.index, identity: connectionIdentity())
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
