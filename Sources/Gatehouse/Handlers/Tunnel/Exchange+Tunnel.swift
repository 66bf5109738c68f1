import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

extension Exchange {
    /// Sends the head of `response`; from then on the client's connection and `upstream` are one tunnel, until both have ended.
    /// - Parameter fromUpstream: what the upstream sent already; the tunnel's from then on.
    /// - Returns: false where the client's protocol has no tunnels.
    func carryTunnel(to upstream: ByteStream, fromUpstream: ByteBuffer?, limits: TunnelMachine.Limits) async -> Bool {
        do throws(ClientError) {
            try await sendHead(body: nil, isEnd: false)
        } catch {
            if let fromUpstream { context.loop.buffers.giveBack(fromUpstream) }
            response.closesConnection = true
            return true
        }
        guard let client = client.takeTunnel() else { return false }
        var received = self.client.takeReceived()
        if location.settings.forward.serverNames != .ignored, isForwarded {
            let first = received ?? context.loop.buffers.borrow(4096)
            received = first
            guard await ServerNameCheck.admits(self, client: client, upstream: upstream, received: first) else {
                context.loop.buffers.giveBack(first)
                if let fromUpstream { context.loop.buffers.giveBack(fromUpstream) }
                response.closesConnection = true
                return true
            }
        }
        let tunnel = Tunnel(
            client: client, upstream: upstream, fromClient: received, fromUpstream: fromUpstream, limits: limits,
            pace: TunnelRate(self), pipes: context.pipes)
        let moved = await tunnel.run()
        response.bodyBytesSent += moved.toClient
        response.tunnelBytesSent = moved.toClient
        response.isComplete = true
        upstreamLog.update {
            $0.bytesReceived += moved.toClient
            $0.bytesSent += moved.toUpstream
            $0.responseLength += moved.toClient
        }
        return true
    }

    /// The local address of `proxy_bind` or `tunnel_bind`; a value that is no address is reported and not used.
    func localAddress(_ bind: BindSettings) -> SocketAddress? {
        let text = render(bind.address)
        if text.isEmpty { return nil }
        guard let address = SocketAddress(parsing: text) else {
            generation.log(.error, "invalid local address \"\(String(decoding: text, as: UTF8.self))\"", self)
            return nil
        }
        return address
    }
}
