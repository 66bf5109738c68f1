import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Groups for targets that are only known when a request comes: `proxy_pass http://$variable`.
enum TransientGroups {
    enum Result {
        case found(UpstreamGroup)
        case failed(status: Int)
    }

    /// Suspends while the name of the target is looked up. Why there is none is in the error log.
    static func group(for url: ProxyURL, _ exchange: Exchange) async -> Result {
        let name = String(decoding: url.host, as: UTF8.self)
        let key = "\(name):\(url.port)"
        if url.isUnix { return .found(exchange.generation.transientGroup(key, [.unix(path: name)])) }
        if let address = IPAddress(name) {
            return .found(exchange.generation.transientGroup(key, [.ip(address, port: UInt16(url.port))]))
        }
        guard let settings = exchange.location.settings.resolver, let resolver = exchange.generation.resolver(for: settings) else {
            exchange.generation.log(.error, "no resolver defined to resolve \(name)", exchange)
            return .failed(status: 502)
        }
        let interest: Interest = exchange.location.settings.proxy.ignoresClientAbort ? [] : .reset
        let client = exchange.client.watchedSocket.map { ($0, interest) }
        switch await resolver.resolve(name, timeout: settings.timeout, on: exchange.context.loop, watching: client) {
        case .found(let addresses):
            let peers = addresses.map { SocketAddress.ip($0, port: UInt16(url.port)) }
            return .found(exchange.generation.transientGroup(key, peers))
        case .failed(let reason):
            exchange.generation.log(.error, "\(name) could not be resolved (\(reason))", exchange)
            return .failed(status: 502)
        case .abandoned:
            exchange.generation.log(.info, "client prematurely closed connection while resolving \(name)", exchange)
            return .failed(status: 499)
        }
    }
}
