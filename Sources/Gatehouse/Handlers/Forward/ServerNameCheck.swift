import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// `forward_sni`: what the client says first inside a tunnel is read for the name of the server, and that name judged by the rules, so
/// that nothing is reached under another's name or by a bare address.
enum ServerNameCheck {
    /// Waits for the client's first bytes, which stay in `received`. Whose server speaks first speaks no TLS.
    /// - Returns: whether the tunnel may go on.
    static func admits(_ exchange: Exchange, client: ByteStream, upstream: ByteStream, received: ByteBuffer) async -> Bool {
        let deadline = exchange.context.loop.now + exchange.server.settings.clientHeaderTimeout
        while true {
            switch ClientHelloName.find(in: received.readable) {
            case .name(let name): return judge(name, exchange)
            case .none: return pass("client names no server inside its tunnel", exchange)
            case .notTLS: return pass("client speaks no TLS inside its tunnel", exchange)
            case .needMore: break
            }
            do throws(StreamError) {
                if !client.hasBufferedInput, try await isUpstreamFirst(client, upstream, deadline: deadline) {
                    return pass("server speaks first inside the tunnel", exchange)
                }
                if try await client.receive(into: received, limit: 16 * 1024, deadline: deadline) == 0 {
                    return pass("client ended its tunnel before it began", exchange)
                }
            } catch {
                exchange.generation.log(.info, "\(error.reason) while waiting for the first bytes of a tunnel", exchange)
                return false
            }
        }
    }

    private static func isUpstreamFirst(
        _ client: ByteStream, _ upstream: ByteStream, deadline: MonotonicInstant
    ) async throws(StreamError) -> Bool {
        do throws(SocketError) {
            let ready = try await Socket.waitForAny(client.socket, .readable, upstream.socket, .readable, deadline: deadline)
            return ready.b && !ready.a
        } catch {
            throw .socket(error)
        }
    }

    /// What cannot be judged passes, unless names are required.
    private static func pass(_ reason: String, _ exchange: Exchange) -> Bool {
        guard exchange.location.settings.forward.serverNames == .required else { return true }
        exchange.generation.log(.error, "tunnel closed: \(reason)", exchange)
        return false
    }

    private static func judge(_ name: [UInt8], _ exchange: Exchange) -> Bool {
        if name == exchange.head.host || !ForwardRuling.isNeeded(exchange) { return true }
        let destination = ForwardDestination(host: name, port: exchange.head.hostPort ?? 443, isTunnel: true)
        switch ForwardRuling(exchange, destination).byName() {
        case .allowed, .needsAddress: return true
        case .refused: return false
        }
    }
}
