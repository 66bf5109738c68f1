import GatehouseConfig
import GatehouseWire

/// `tunnel_pass`: answers CONNECT with a connection to where it leads (RFC 9110 §9.3.6).
enum TunnelHandler {
    static func answer(_ target: TunnelTarget, _ exchange: Exchange) async -> Disposition {
        guard exchange.method == .connect else { return .status(405) }
        switch await group(for: target, exchange) {
        case .found(let group): return await TunnelOpening(exchange, group: group).run()
        case .failed(let status): return .status(status)
        }
    }

    private static func group(for target: TunnelTarget, _ exchange: Exchange) async -> TransientGroups.Result {
        switch target {
        case .fixed(let upstream): return .found(exchange.generation.upstreams[upstream])
        case .template(let template):
            let text = exchange.render(template)
            guard let url = ProxyURL(Array("http://".utf8) + text), url.uri == nil else {
                exchange.generation.log(.info, "invalid host in upstream \"\(String(decoding: text, as: UTF8.self))\"", exchange)
                return .failed(status: 500)
            }
            if let known = ProxyDestination.namedGroup(for: url, exchange) { return .found(known) }
            guard url.hasPort else {
                exchange.generation.log(.error, "no port in upstream \"\(String(decoding: text, as: UTF8.self))\"", exchange)
                return .failed(status: 500)
            }
            return await TransientGroups.group(for: url, exchange)
        }
    }
}
