import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// SOCKS5's UDP ASSOCIATE (RFC 1928 §7): a relay for the datagrams of one client, as long as its connection lives.
enum AssociationHandler {
    static func answer(_ client: SOCKSClient, _ exchange: Exchange) async -> Disposition {
        let methods = exchange.location.settings.forward.admission.methods
        if !methods.isEmpty, !methods.contains(exchange.head.methodBytes) { return ForwardHandler.refuse(.method, exchange) }
        // Datagrams come from the other end of this very connection, whoever it speaks for.
        guard let sender = client.control.socket.remoteAddress?.ipAddress?.unmapped,
            case .ip(let local, _, let scope)? = client.control.socket.localAddress
        else { return fail("datagrams are not relayed for clients of a unix socket", exchange) }
        let limits = exchange.location.settings.forward.datagrams.limits
        let counts = exchange.generation.associations
        guard counts.withLock({ $0.take(for: sender, limits: limits) }) else { return fail("too many UDP associations", exchange) }
        defer { counts.withLock { $0.giveBack(by: sender) } }
        do throws(SocketError) {
            let inside = try Socket.bindDatagram(to: .ip(local.unmapped, port: 0, scope: scope), on: exchange.context.loop)
            return await serve(client, sender, over: inside, exchange)
        } catch {
            return fail("no relay could be opened: \(error)", exchange)
        }
    }

    private static func fail(_ reason: String, _ exchange: Exchange) -> Disposition {
        exchange.generation.log(.error, reason, exchange)
        exchange.proxyError = .internalError
        return .status(503)
    }

    private static func serve(
        _ client: SOCKSClient, _ sender: IPAddress, over inside: Socket, _ exchange: Exchange
    ) async -> Disposition {
        defer { inside.close() }
        guard case .ip(let address, let port, _)? = inside.localAddress else { return fail("no relay could be opened", exchange) }
        client.relay = DatagramAssociation.Endpoint(address, port: port)
        exchange.response.status = 200
        exchange.response.opensTunnel = true
        if let refused = HeadFilters.applyToPassed(exchange) { return refused }
        do throws(ClientError) {
            try await exchange.sendHead(body: nil, isEnd: false)
        } catch {
            return .done
        }
        let association = DatagramAssociation(client: sender, announced: client.request.flatMap(announced))
        let relay = DatagramRelay(exchange, association, inside: inside, control: client.control)
        await relay.run()
        exchange.response.bodyBytesSent += relay.moved.toClient
        exchange.response.tunnelBytesSent = relay.moved.toClient
        exchange.response.isComplete = true
        return .done
    }

    /// From where the client says that it will send.
    private static func announced(_ request: SOCKSRequest) -> DatagramAssociation.Endpoint? {
        let host = request.host.first == UInt8(ascii: "[") ? Array(request.host.dropFirst().dropLast()) : request.host
        return IPAddress(host).map { DatagramAssociation.Endpoint($0, port: UInt16(truncatingIfNeeded: request.port)) }
    }
}
