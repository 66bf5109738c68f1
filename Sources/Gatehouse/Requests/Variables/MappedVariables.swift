import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Values that the configuration computes from others: `map`, `geo`, `split_clients`.
enum MappedVariables {
    static func value(_ map: MapDefinition, _ exchange: Exchange) -> [UInt8] {
        let source = exchange.render(map.source)
        var captures: [Int] = []
        guard let found = map.table.find(source.span, captures: &captures) else { return exchange.render(map.defaultValue) }
        if let pattern = found.pattern, pattern < map.captureNames.count {
            exchange.remember(source, captures, names: map.captureNames[pattern])
        }
        return exchange.render(map.values[found.value])
    }

    static func value(_ split: SplitClientsDefinition, _ exchange: Exchange) -> [UInt8] {
        let source = exchange.render(split.source)
        guard let index = split.table.part(for: source.span) else { return [] }
        return exchange.render(split.values[index])
    }

    static func value(_ geo: GeoDefinition, _ exchange: Exchange) -> [UInt8] {
        var address = address(of: geo, exchange)
        if let peer = address, geo.proxies.contains(where: { $0.contains(peer) }) {
            address = forwardedAddress(geo, from: peer, exchange)
        }
        guard let index = geo.table.value(for: address) else { return [] }
        return geo.values[index]
    }

    private static func address(of geo: GeoDefinition, _ exchange: Exchange) -> IPAddress? {
        guard let source = geo.source else { return exchange.remoteAddress.ipAddress }
        return IPAddress(String(decoding: exchange.render(source), as: UTF8.self))
    }

    private static func forwardedAddress(_ geo: GeoDefinition, from peer: IPAddress, _ exchange: Exchange) -> IPAddress {
        let fields = exchange.head.fields
        let values = fields.indices(of: .xForwardedFor).map { Array(fields.value(at: $0)) }
        let rules = RealIP(trusted: geo.proxies, isRecursive: geo.isRecursive)
        return rules.client(peer: peer, fields: values)?.address ?? peer
    }
}
