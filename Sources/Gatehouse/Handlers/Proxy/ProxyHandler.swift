import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// `proxy_pass`: finds the target, takes the request's body as the configuration says, and runs attempts until one answers.
package enum ProxyHandler {
    /// Most requests: their target is fixed and no canary, and no body comes with them. `nil` for the others, which are `answer`'s.
    static func begin(_ exchange: Exchange) -> ProxiedExchange? {
        guard !exchange.announcesBody, let plan = exchange.generation.proxyPlan(for: exchange.location), let target = plan.destination,
            target.group.settings.canary == nil
        else { return nil }
        exchange.upstreamLog.destination = target
        return ProxiedExchange(exchange, plan: plan, destination: target)
    }

    package static func answer(_ exchange: Exchange) async -> Disposition {
        guard let plan = exchange.generation.proxyPlan(for: exchange.location) else { return .status(500) }
        let target: ProxyDestination
        if let fixed = plan.destination {
            target = fixed
        } else if case .template(let template) = plan.plan.target {
            switch await ProxyDestination.resolve(url: exchange.render(template), exchange) {
            case .found(let found): target = found
            case .failed(let status): return .status(status)
            }
        } else {
            return .status(500)
        }
        return await pass(exchange, plan: plan, to: target)
    }

    /// Takes the body as the configuration says and passes the request on.
    static func pass(_ exchange: Exchange, plan: SharedProxyPlan, to target: ProxyDestination) async -> Disposition {
        exchange.upstreamLog.destination = target
        guard let canary = target.group.settings.canary else { return await attempt(exchange, plan, target).disposition }
        let (disposition, end) = await attempt(exchange, plan, CanaryRouting.route(target, canary, exchange))
        CanaryRouting.report(end, exchange)
        return disposition
    }

    /// - Returns: beside what becomes of the request, how it went with the group of `target`.
    private static func attempt(
        _ exchange: Exchange, _ plan: SharedProxyPlan, _ target: ProxyDestination
    ) async -> (disposition: Disposition, end: CanaryResult.End?) {
        let location = exchange.location
        if exchange.announcesBody, let refused = await takeBody(exchange, location) { return (refused, nil) }
        let proxied = ProxiedExchange(exchange, plan: plan, destination: target)
        return (await proxied.run(), proxied.end)
    }

    /// Reads the body, or what came of it with the head where it is passed on as it comes.
    private static func takeBody(_ exchange: Exchange, _ location: LocationConfiguration) async -> Disposition? {
        if !exchange.hasRequestBody { return exchange.head.expectsContinue ? await exchange.dismissBody() : nil }
        if exchange.body.isRead || !location.settings.proxy.passesRequestBody { return nil }
        return location.settings.proxy.buffersRequest ? await exchange.readBody() : await exchange.readReceivedBody()
    }
}
