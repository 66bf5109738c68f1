import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// One CONNECT request on its way through a group: leases peers until one takes the connection, then lets the bytes pass.
final class TunnelOpening {
    private let exchange: Exchange
    private let group: UpstreamGroup
    private var retry: RetryMachine
    private var tried = PeerSet()

    private var loop: EventLoop { exchange.context.loop }
    private var settings: TunnelSettings { _read { yield exchange.location.settings.tunnel } }

    init(_ exchange: Exchange, group: UpstreamGroup) {
        self.exchange = exchange
        self.group = group
        let settings = exchange.location.settings.tunnel
        let rules = RetryRules(
            conditions: settings.nextUpstream, tries: settings.nextUpstreamTries, timeout: settings.nextUpstreamTimeout)
        // Nothing is sent before a peer has taken the connection, so another may always be tried.
        retry = RetryMachine(rules: rules, isIdempotent: true, peerTries: group.pool.tries, start: exchange.context.loop.now)
    }

    func run() async -> Disposition {
        while true {
            let request = UpstreamPool.Request(tried: tried, key: group.balancingKey(for: exchange))
            switch await group.lease(request, for: exchange, watchesClient: true) {
            case .refused(let status, let reason): return exchange.refusedByGroup(group, status: status, reason)
            case .gone: return exchange.clientLeftQueue()
            case .use(let peer):
                tried.insert(peer.id)
                if let disposition = await attempt(on: peer) { return disposition }
            }
        }
    }

    /// - Returns: `nil` to go on with another peer.
    private func attempt(on peer: UpstreamPeer) async -> Disposition? {
        let start = loop.now
        exchange.proxyError = nil
        exchange.upstreamLog.begin(peer.text)
        do throws(UpstreamFailure) {
            let stream = ByteStream(socket: try await connect(to: peer), loop: loop)
            let received = try await askParent(over: stream, peer)
            let elapsed = loop.now - start
            exchange.upstreamLog.update { ($0.connectTime, $0.headerTime, $0.status) = (elapsed, elapsed, 200) }
            let disposition = await carry(stream, received: received)
            noteTime(since: start)
            release(peer, .succeeded)
            return disposition
        } catch {
            noteTime(since: start)
            if let disposition = error.disposition {
                _ = group.pool.releasedNow(peer, LeaseReport(.succeeded), now: loop.now)
                return disposition
            }
            return await failed(error, on: peer)
        }
    }

    /// Where the tunnel goes over another proxy, that is asked for it.
    /// - Returns: what came behind its answer.
    private func askParent(over stream: ByteStream, _ peer: UpstreamPeer) async throws(UpstreamFailure) -> ByteBuffer? {
        guard let handshake = exchange.exit?.handshake else { return nil }
        do throws(ParentOpening.Failure) {
            try await ParentOpening.secure(stream, to: peer, exchange, deadline: loop.now + settings.connectTimeout)
            let received = try await ParentOpening.run(handshake, over: stream, on: loop, deadline: loop.now + settings.readTimeout)
            exchange.chosenExit?.hasAnswered = true
            return received
        } catch {
            stream.close()
            throw UpstreamFailure(error, exchange)
        }
    }

    private func release(_ peer: UpstreamPeer, _ outcome: PoolMachine.LeaseOutcome) {
        var report = exchange.upstreamLog.report(outcome)
        report.isRetry = tried.count > 1
        _ = group.pool.releasedNow(peer, report, now: loop.now)
    }

    private func failed(_ failure: UpstreamFailure, on peer: UpstreamPeer) async -> Disposition? {
        exchange.generation.log(.error, failure.reason, exchange)
        exchange.upstreamLog.update { $0.status = failure.kind.status }
        release(peer, .failed)
        switch retry.attemptFailed(failure.kind, RetryMachine.Progress(requestSent: false), now: loop.now) {
        case .nextPeer: return nil
        case .giveUp(let status): return .status(status)
        case .cut, .retrySameFresh: return .status(502)
        }
    }

    private func connect(to peer: UpstreamPeer) async throws(UpstreamFailure) -> Socket {
        var options = ConnectOptions()
        options.keepsAlive = settings.keepsSocketAlive
        options.sendBuffer = settings.socketSendBuffer
        options.receiveBuffer = settings.socketReceiveBuffer
        options.isTransparent = settings.bind?.isTransparent ?? false
        do throws(SocketError) {
            let source = exchange.exit?.source(for: peer.address) ?? settings.bind.flatMap(exchange.localAddress)
            return try await Socket.connect(
                to: peer.address, from: source, options: options, on: loop, deadline: loop.now + settings.connectTimeout)
        } catch {
            exchange.proxyError = ProxyError(error)
            throw UpstreamFailure(.socket(error), while: "connecting to upstream")
        }
    }

    private func carry(_ upstream: ByteStream, received: ByteBuffer?) async -> Disposition {
        defer { upstream.close() }
        exchange.response.status = 200
        exchange.response.opensTunnel = true
        if let refused = HeadFilters.applyToPassed(exchange) {
            if let received { loop.buffers.giveBack(received) }
            return refused
        }
        let limits = TunnelMachine.Limits(silence: settings.readTimeout, send: settings.sendTimeout)
        _ = await exchange.carryTunnel(to: upstream, fromUpstream: received, limits: limits)
        return .done
    }

    private func noteTime(since start: MonotonicInstant) {
        let elapsed = loop.now - start
        exchange.upstreamLog.update { $0.responseTime = elapsed }
    }
}
