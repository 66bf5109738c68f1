import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// The servers behind one name, and the actor that chooses among them.
package final class UpstreamGroup: Sendable {
    /// One address requests can go to.
    package struct Peer: Sendable {
        package let address: SocketAddress
        /// As `$upstream_addr` shows it.
        package let text: [UInt8]
    }

    /// Unique in its generation.
    package let number: Int
    package let settings: UpstreamSettings
    package let peers: [Peer]
    package let pool: UpstreamPool
    /// Attempts one request may make: the peers that are not down.
    package let tries: Int
    package let method: BalancingMethod

    package init(number: Int, settings: UpstreamSettings, peers: [(peer: Peer, spec: PeerSpec)]) {
        self.number = number
        self.settings = settings
        self.peers = peers.map(\.peer)
        let machine = PoolMachine(peers: peers.map(\.spec), method: settings.method)
        tries = machine.tries
        method = machine.method
        pool = UpstreamPool(machine)
    }

    /// What `hash` and `ip_hash` choose by; empty where the method needs nothing.
    package func balancingKey(for exchange: Exchange) -> [UInt8] {
        guard method.needsKey else { return [] }
        if let key = settings.hashKey { return exchange.render(key) }
        return BalancingMethod.addressKey(exchange.remoteAddress.ipAddress)
    }

    /// Builds every group of a configuration; names are looked up with the system's resolver, as nginx does when it starts.
    package static func makeAll(_ all: [UpstreamSettings], environment: GenerationEnvironment) throws(AssemblyError) -> [UpstreamGroup] {
        var groups: [UpstreamGroup] = []
        for settings in all {
            groups.append(try make(settings, number: groups.count, environment: environment))
        }
        return groups
    }

    private static func make(
        _ settings: UpstreamSettings, number: Int, environment: GenerationEnvironment
    ) throws(AssemblyError) -> UpstreamGroup {
        var peers: [(peer: Peer, spec: PeerSpec)] = []
        for server in settings.servers {
            for address in try resolve(server, environment: environment) {
                peers.append((Peer(address: address, text: Array(address.description.utf8)), PeerSpec(server)))
            }
        }
        return UpstreamGroup(number: number, settings: settings, peers: peers)
    }

    private static func resolve(
        _ server: UpstreamServerSettings, environment: GenerationEnvironment
    ) throws(AssemblyError) -> [SocketAddress] {
        switch server.address {
        case .ip(let address, let port): return [.ip(address, port: UInt16(port))]
        case .unix(let path): return [SocketAddress(.unix(path))]
        case .name(let name, let port):
            let found = environment.resolver.resolve(name)
            if found.isEmpty { throw AssemblyError("host not found in upstream \"\(server.name)\"", at: server.position) }
            return found.map { .ip($0, port: UInt16(port)) }
        }
    }
}

extension PeerSpec {
    init(_ server: UpstreamServerSettings) {
        self.init(
            name: server.name, weight: server.weight, maxConnections: server.maxConnections, maxFails: server.maxFails,
            failTimeout: server.failTimeout, isBackup: server.isBackup, isDown: server.isDown)
    }
}

/// Looks names up while a configuration is loaded; blocking is allowed then.
package protocol NameResolving: Sendable {
    /// All addresses of `name`, IPv4 first; empty when there are none.
    func resolve(_ name: String) -> [IPAddress]
}
