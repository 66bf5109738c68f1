import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

extension Exchange {
    /// Sends the head of `response`; from then on the client's connection and `upstream` are one tunnel, until both have ended.
    /// - Parameter fromUpstream: what the upstream sent already.
    /// - Returns: false where the client's protocol has no tunnels.
    func carryTunnel(to upstream: ByteStream, fromUpstream: ByteBuffer, timeouts: Tunnel.Timeouts) async -> Bool {
        do throws(ClientError) {
            try await sendHead(body: nil, isEnd: false)
        } catch {
            response.closesConnection = true
            return true
        }
        guard let client = client.takeTunnel() else { return false }
        let received = self.client.takeReceived() ?? context.loop.buffers.borrow(0)
        defer { if self.client.takeReceived() !== received { context.loop.buffers.giveBack(received) } }
        if location.settings.forward.serverNames != .ignored, isForwarded,
            await !ServerNameCheck.admits(self, client: client, upstream: upstream, received: received)
        {
            response.closesConnection = true
            return true
        }
        let moved = await Tunnel.run(
            client: client, upstream: upstream, fromClient: received, fromUpstream: fromUpstream, timeouts: timeouts,
            loop: context.loop)
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
