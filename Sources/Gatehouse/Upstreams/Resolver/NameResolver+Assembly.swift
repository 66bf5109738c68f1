import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

extension NameResolver {
    /// One resolver for all locations and groups with the same servers and options; they share what it learns. Names of servers are looked
    /// up with the system's resolver, as nginx does when it starts.
    package static func makeAll(
        _ http: HTTPConfiguration, environment: GenerationEnvironment
    ) throws(AssemblyError) -> [ResolverSettings: NameResolver] {
        var resolvers: [ResolverSettings: NameResolver] = [:]
        let all = http.allLocations.map(\.settings.resolver) + http.upstreams.map(\.resolver)
        for case let settings? in all where !settings.isOff {
            let shared = settings.sharedPart
            if resolvers[shared] == nil { resolvers[shared] = try make(shared, environment: environment) }
        }
        return resolvers
    }

    private static func make(_ settings: ResolverSettings, environment: GenerationEnvironment) throws(AssemblyError) -> NameResolver {
        var servers: [SocketAddress] = []
        for server in settings.servers { servers += try addresses(of: server, environment: environment) }
        guard settings.usesSystem else { return NameResolver(settings, servers: servers) }
        let system = SystemNameServers(environment.files)
        return NameResolver(settings, servers: servers + system.servers, hosts: system.hosts)
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
