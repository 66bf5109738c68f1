import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

extension NameResolver {
    /// One resolver for all locations with the same servers and options; they share what it learns. Names of servers are looked up
    /// with the system's resolver, as nginx does when it starts.
    package static func makeAll(
        _ http: HTTPConfiguration, environment: GenerationEnvironment
    ) throws(AssemblyError) -> [ResolverSettings: NameResolver] {
        var resolvers: [ResolverSettings: NameResolver] = [:]
        for location in http.allLocations {
            guard let settings = location.settings.resolver?.sharedPart, !settings.servers.isEmpty, resolvers[settings] == nil else {
                continue
            }
            var servers: [SocketAddress] = []
            for server in settings.servers { servers += try addresses(of: server, environment: environment) }
            resolvers[settings] = NameResolver(settings, servers: servers)
        }
        return resolvers
    }

    private static func addresses(
        of server: UpstreamAddress, environment: GenerationEnvironment
    ) throws(AssemblyError) -> [SocketAddress] {
        switch server {
        case .ip(let address, let port): return [.ip(address, port: UInt16(port))]
        case .unix(let path): throw AssemblyError("name servers are asked over IP, not at \"unix:\(path)\"")
        case .name(let name, let port):
            let found = environment.resolver.resolve(name)
            if found.isEmpty { throw AssemblyError("host not found in resolver \"\(name)\"") }
            return found.map { .ip($0, port: UInt16(port)) }
        }
    }
}

extension ResolverSettings {
    /// Without what only concerns the request that waits.
    package var sharedPart: ResolverSettings {
        var shared = self
        shared.timeout = .zero
        return shared
    }
}
