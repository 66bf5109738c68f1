import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// `proxy_pass`: finds the target, takes the request's body as the configuration says, and runs attempts until one answers.
package enum ProxyHandler {
    package static func answer(_ exchange: Exchange) async -> Disposition {
        guard let plan = exchange.generation.plan(for: exchange.location).proxy else { return .status(500) }
        let target: ProxyDestination
        switch plan.target {
        case .fixed(let fixed):
            guard let group = plan.group else { return .status(500) }
            target = ProxyDestination(fixed, group)
        case .template(let template):
            switch await ProxyDestination.resolve(url: exchange.render(template), exchange) {
            case .found(let found): target = found
            case .failed(let status): return .status(status)
            }
        }
        let location = exchange.location
        exchange.upstreamLog.proxyHost = target.host
        exchange.upstreamLog.proxyPort = target.port
        if exchange.announcesBody, let refused = await takeBody(exchange, location) { return refused }
        return await ProxiedExchange(exchange, plan: plan, destination: target).run()
    }

    /// Reads the body, or what came of it with the head where it is passed on as it comes.
    private static func takeBody(_ exchange: Exchange, _ location: LocationConfiguration) async -> Disposition? {
        if !exchange.hasRequestBody { return exchange.head.expectsContinue ? await exchange.dismissBody() : nil }
        if exchange.body.isRead || !location.settings.proxy.passesRequestBody { return nil }
        return location.settings.proxy.buffersRequest ? await exchange.readBody() : await exchange.readReceivedBody()
    }
}
