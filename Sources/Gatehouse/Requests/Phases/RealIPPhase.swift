import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// `set_real_ip_from`, `real_ip_header`, `real_ip_recursive`: whom a request that came through a trusted proxy is attributed to.
enum RealIPPhase {
    /// Runs at server level and again where the location is known, until an address was replaced.
    static func run(_ exchange: Exchange) {
        guard exchange.realAddress == nil, let rules = exchange.generation.realIPRules(for: exchange.location) else { return }
        let source = exchange.location.settings.realIP.source
        guard let fields = headerValues(source, exchange), !fields.isEmpty else { return }
        guard let client = rules.client(peer: exchange.connection.remoteAddress.ipAddress, fields: fields) else { return }
        let port = client.port ?? (source == .proxyProtocol ? exchange.connection.proxyProtocol?.source.map { Int($0.port) } : nil)
        let address = SocketAddress.ip(client.address, port: UInt16(clamping: port ?? 0))
        exchange.realAddress = (address, Array(address.hostText.utf8))
    }

    private static func headerValues(_ source: RealIPSettings.Source, _ exchange: Exchange) -> [[UInt8]]? {
        let fields = exchange.head.fields
        switch source {
        case .xRealIP: return fields.valueBytes(.xRealIP).map { [$0] }
        case .xForwardedFor: return fields.indices(of: .xForwardedFor).map { Array(fields.value(at: $0)) }
        case .header(let name): return fields.first(named: name).map { [Array(fields.bytes[$0])] }
        case .proxyProtocol: return exchange.connection.proxyProtocol?.source.map { [Array("\($0.address)".utf8)] }
        }
    }
}

extension RealIP {
    /// The rules of one location, its names looked up; `nil` where it trusts nobody.
    init?(_ settings: RealIPSettings, resolver: any NameResolving) throws(AssemblyError) {
        if settings.trusted.isEmpty { return nil }
        var networks: [CIDR] = []
        var trustsUnix = false
        for trusted in settings.trusted.elements {
            switch trusted {
            case .network(let network): networks.append(network)
            case .unix: trustsUnix = true
            case .name(let name):
                let addresses = resolver.resolve(name)
                if addresses.isEmpty { throw AssemblyError("host not found in set_real_ip_from \"\(name)\"") }
                networks += addresses.compactMap { CIDR($0, prefixLength: $0.isV4 ? 32 : 128) }
            }
        }
        self.init(trusted: networks, trustsUnix: trustsUnix, isRecursive: settings.isRecursive)
    }
}
