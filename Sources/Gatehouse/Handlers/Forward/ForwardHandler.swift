import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// `forward_proxy`: takes a request where it asks to be taken, if it may go there.
enum ForwardHandler {
    static func answer(_ exchange: Exchange) async -> Disposition {
        guard exchange.isForwarded else { return refuse(.target, exchange) }
        let pseudonym = exchange.location.settings.forward.pseudonym
        switch exchange.location.settings.forward.admission.admit(exchange.head, pseudonym: pseudonym) {
        case .refused(let refusal): return refuse(refusal, exchange)
        case .admitted(let destination): return await open(destination, exchange)
        }
    }

    private static func refuse(_ refusal: ForwardRefusal, _ exchange: Exchange) -> Disposition {
        exchange.generation.log(.error, refusal.reason, exchange)
        exchange.proxyError = refusal.error
        return .status(refusal.status)
    }

    private static func open(_ destination: ForwardDestination, _ exchange: Exchange) async -> Disposition {
        guard ForwardRuling.isNeeded(exchange) else { return await openDirectly(destination, exchange, ruling: nil) }
        let ruling = ForwardRuling(exchange, destination)
        switch ruling.byName() {
        case .refused(let disposition): return disposition
        case .allowed(let exit):
            exchange.chosenExit = exit.map { ChosenExit(exchange.generation.http.exits[$0], destination, exchange) }
            if let parent = exchange.chosenExit?.parent { return await openOver(parent, destination, exchange) }
            return await openDirectly(destination, exchange, ruling: nil)
        case .needsAddress: return await openDirectly(destination, exchange, ruling: ruling)
        }
    }

    /// - Parameter ruling: asked about each address, where that is not settled yet.
    private static func openDirectly(
        _ destination: ForwardDestination, _ exchange: Exchange, ruling: ForwardRuling?
    ) async -> Disposition {
        var addresses: [IPAddress]
        switch await ForwardRoute.addresses(for: destination, exchange) {
        case .failed(let error, let status):
            exchange.proxyError = error
            return .status(status)
        case .found(let found): addresses = found
        }
        if let ruling {
            switch ruling.judge(addresses) {
            case .refused(let disposition): return disposition
            case .allowed(let allowed): addresses = allowed
            }
        }
        if let exit = exchange.chosenExit { addresses.removeAll { !exit.reaches($0) } }
        guard !addresses.isEmpty else {
            exchange.generation.log(.error, "no address of the exit can reach the destination", exchange)
            exchange.proxyError = .destinationUnroutable
            return .status(502)
        }
        // The connection is made to what was judged: from here on there are no names.
        let peers = addresses.map { SocketAddress.ip($0, port: UInt16(destination.port)) }
        let group = exchange.generation.transientGroup(String(decoding: destination.authority, as: UTF8.self), peers)
        if destination.isTunnel { return await TunnelOpening(exchange, group: group).run() }
        return await pass(exchange, to: destination, group, uri: exchange.head.originTarget)
    }

    /// Names are left to the parent; addresses are judged here all the same.
    private static func openOver(
        _ parent: ForwardExitSettings.Parent, _ destination: ForwardDestination, _ exchange: Exchange
    ) async -> Disposition {
        if let address = destination.address, !exchange.location.settings.forward.destinationGuard.allows(address) {
            exchange.generation.log(.error, "forward proxy does not ask a parent for \(address)", exchange)
            exchange.proxyError = .destinationProhibited
            return .status(403)
        }
        let group = exchange.generation.upstreams[parent.upstream]
        if destination.isTunnel { return await TunnelOpening(exchange, group: group).run() }
        // An HTTP proxy takes requests as this one does; over SOCKS the destination itself is spoken to.
        let uri = parent.kind == .connect ? exchange.head.target : exchange.head.originTarget
        return await pass(exchange, to: destination, group, uri: uri)
    }

    private static func pass(
        _ exchange: Exchange, to destination: ForwardDestination, _ group: UpstreamGroup, uri: [UInt8]
    ) async -> Disposition {
        guard let plan = exchange.generation.proxyPlan(for: exchange.location) else { return .status(500) }
        let target = ProxyDestination(
            usesTLS: false, group: group, host: destination.authority, port: destination.port, uri: uri, isURIFinal: true)
        return await ProxyHandler.pass(exchange, plan: plan, to: target)
    }
}
