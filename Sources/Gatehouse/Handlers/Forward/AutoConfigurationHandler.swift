import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// `forward_pac`: tells browsers which destinations to reach over the proxy.
enum AutoConfigurationHandler {
    private static let mediaType = Array("application/x-ns-proxy-autoconfig".utf8)
    /// Names of one set that are written out.
    private static let mostNames = 256

    static func answer(route: Template?, _ exchange: Exchange) async -> Disposition {
        guard exchange.method == .get || exchange.method == .head else { return .status(405) }
        if let refused = await exchange.dismissBody() { return refused }
        let sets = exchange.generation.http.domainSets
        let script = ProxyAutoConfiguration(
            rules: exchange.location.settings.forward.rules.rules.rules,
            destinationGuard: exchange.location.settings.forward.destinationGuard, client: exchange.remoteAddress.ipAddress
        ) { number in
            // The names of lists are not kept; and exceptions are the proxy's to know.
            guard sets[number].files.isEmpty, sets[number].exceptions.isEmpty, sets[number].names.count <= mostNames else { return nil }
            return sets[number].names.map { DomainSetBuilder.bare($0) }
        }
        let text = script.script(route: route.map { exchange.render($0) } ?? ownRoute(exchange))
        return await exchange.answer(status: exchange.overridingStatus(200), contentType: mediaType, text: text)
    }

    /// Where the client got the file it finds the proxy, too.
    private static func ownRoute(_ exchange: Exchange) -> [UInt8] {
        let kind = exchange.connection.tls == nil ? "PROXY " : "HTTPS "
        let local = exchange.connection.localAddress
        let address = local.ipAddress.map { $0.isV4 ? $0.text : [UInt8(ascii: "[")] + $0.text + [UInt8(ascii: "]")] }
        let port = local.port ?? 0
        return Array(kind.utf8) + (exchange.head.host ?? address ?? exchange.server.primaryName) + Array(":\(port)".utf8)
    }
}
