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
        retry = RetryMachine(rules: rules, isIdempotent: true, peerTries: group.tries, start: exchange.context.loop.now)
    }

    func run() async -> Disposition {
        while true {
            switch await group.pool.lease(excluding: tried, now: loop.now, key: group.balancingKey(for: exchange)) {
            case .noneLive:
                exchange.generation.log(.error, "no live upstreams while connecting to upstream", exchange)
                exchange.upstreamLog.begin(Array(group.settings.name.utf8))
                exchange.upstreamLog.update { $0.status = 502 }
                return .status(502)
            case .use(let peer):
                tried.insert(peer)
                if let disposition = await attempt(on: peer) { return disposition }
            }
        }
    }

    /// - Returns: `nil` to go on with another peer.
    private func attempt(on peer: PeerID) async -> Disposition? {
        let start = loop.now
        exchange.upstreamLog.begin(group.peers[peer.index].text)
        do throws(SocketError) {
            let socket = try await connect(to: peer)
            let elapsed = loop.now - start
            exchange.upstreamLog.update { ($0.connectTime, $0.headerTime, $0.status) = (elapsed, elapsed, 200) }
            let disposition = await carry(ByteStream(socket: socket, loop: loop))
            noteTime(since: start)
            _ = await group.pool.released(peer, outcome: .succeeded, now: loop.now)
            return disposition
        } catch {
            noteTime(since: start)
            return await failed(UpstreamFailure(.socket(error), while: "connecting to upstream"), on: peer)
        }
    }

    private func failed(_ failure: UpstreamFailure, on peer: PeerID) async -> Disposition? {
        exchange.generation.log(.error, failure.reason, exchange)
        exchange.upstreamLog.update { $0.status = failure.kind.status }
        _ = await group.pool.released(peer, outcome: .failed, now: loop.now)
        switch retry.attemptFailed(failure.kind, RetryMachine.Progress(requestSent: false), now: loop.now) {
        case .nextPeer: return nil
        case .giveUp(let status): return .status(status)
        case .cut, .retrySameFresh: return .status(502)
        }
    }

    private func connect(to peer: PeerID) async throws(SocketError) -> Socket {
        var options = ConnectOptions()
        options.keepsAlive = settings.keepsSocketAlive
        options.sendBuffer = settings.socketSendBuffer
        options.receiveBuffer = settings.socketReceiveBuffer
        options.isTransparent = settings.bind?.isTransparent ?? false
        return try await Socket.connect(
            to: group.peers[peer.index].address, from: settings.bind.flatMap(exchange.localAddress), options: options, on: loop,
            deadline: loop.now + settings.connectTimeout)
    }

    private func carry(_ upstream: ByteStream) async -> Disposition {
        defer { upstream.close() }
        exchange.response.status = 200
        exchange.response.opensTunnel = true
        if let refused = HeadFilters.applyToPassed(exchange) { return refused }
        let nothing = loop.buffers.borrow(0)
        defer { loop.buffers.giveBack(nothing) }
        let timeouts = Tunnel.Timeouts(read: settings.readTimeout, send: settings.sendTimeout)
        _ = await exchange.carryTunnel(to: upstream, fromUpstream: nothing, timeouts: timeouts)
        return .done
    }

    private func noteTime(since start: MonotonicInstant) {
        let elapsed = loop.now - start
        exchange.upstreamLog.update { $0.responseTime = elapsed }
    }
}
