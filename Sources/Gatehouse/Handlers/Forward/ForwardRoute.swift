import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Finds the addresses of a destination, and which of them may be connected to.
enum ForwardRoute {
    enum Result {
        /// At least one.
        case found([IPAddress])
        case failed(ProxyError, status: Int)
    }

    /// Suspends while the name is looked up. Why there are none is in the error log.
    /// - Parameter watchesClient: gives up when the client leaves. One lookup at a time can do so.
    static func addresses(for destination: ForwardDestination, _ exchange: Exchange, watchesClient: Bool) async -> Result {
        switch await lookUp(destination, exchange, watchesClient) {
        case .failed(let error, let status): return .failed(error, status: status)
        case .found(let all):
            let judged = exchange.location.settings.forward.destinationGuard.judge(all)
            if !judged.refused.isEmpty { log(judged.refused, of: destination, exchange) }
            let addresses = judged.allowed
            if addresses.isEmpty { return .failed(.destinationProhibited, status: 403) }
            if addresses.contains(where: { leadsBack($0, destination.port, exchange) }) {
                exchange.generation.log(.error, "forward proxy is asked to connect to itself", exchange)
                return .failed(.loopDetected, status: 502)
            }
            return .found(addresses)
        }
    }

    private static func log(_ refused: [IPAddress], of destination: ForwardDestination, _ exchange: Exchange) {
        let name = String(decoding: destination.host, as: UTF8.self)
        let list = refused.map { "\($0) (\(AddressClass($0).rawValue))" }.joined(separator: ", ")
        exchange.generation.log(.error, "forward proxy does not connect to \(list) for \"\(name)\"", exchange)
    }

    /// A connection to the very address the client reached, or to a loopback one, on a port where forward proxies listen.
    private static func leadsBack(_ address: IPAddress, _ port: Int, _ exchange: Exchange) -> Bool {
        guard exchange.generation.isForwardPort(port) else { return false }
        let own = exchange.connection.localAddress
        return address.isLoopback || address.isUnspecified || own.ipAddress?.unmapped == address.unmapped
    }

    // MARK: Names

    /// Threads for the system's resolver, which blocks: apart from those that read files.
    private static let lookups = BlockingPool(threadLimit: 16, queueLimit: 1024)

    private static func lookUp(_ destination: ForwardDestination, _ exchange: Exchange, _ watchesClient: Bool) async -> Result {
        if let address = destination.address { return .found([address]) }
        let name = String(decoding: destination.name, as: UTF8.self)
        guard let settings = exchange.location.settings.resolver, let resolver = exchange.generation.resolver(for: settings) else {
            return await lookUpBySystem(name, exchange)
        }
        let client = watchesClient ? exchange.client.watchedSocket.map { ($0, Interest.reset) } : nil
        switch await resolver.resolve(name, timeout: settings.timeout, on: exchange.context.loop, watching: client) {
        case .found(let addresses): return .found(addresses)
        case .failed(let reason):
            exchange.generation.log(.error, "\(name) could not be resolved (\(reason))", exchange)
            let isLate = reason == ResolverFailure.timedOut.description
            return .failed(isLate ? .dnsTimeout : .dnsError, status: isLate ? 504 : 502)
        case .abandoned:
            exchange.generation.log(.info, "client prematurely closed connection while resolving \(name)", exchange)
            return .failed(.dnsError, status: 499)
        }
    }

    private static func lookUpBySystem(_ name: String, _ exchange: Exchange) async -> Result {
        switch await lookups.run({ SystemResolver.lookUp(name) }) {
        case .found(let addresses): return .found(addresses)
        case .unknown:
            exchange.generation.log(.error, "\(name) could not be resolved by the system", exchange)
            return .failed(.dnsError, status: 502)
        case .noAnswer:
            exchange.generation.log(.error, "\(name) could not be resolved by the system: its name servers do not answer", exchange)
            return .failed(.dnsTimeout, status: 504)
        }
    }
}
