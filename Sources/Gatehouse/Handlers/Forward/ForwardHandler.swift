import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// `forward_proxy`: takes a request where it asks to be taken, if it may go there.
enum ForwardHandler {
    static func answer(_ exchange: Exchange) async -> Disposition {
        guard exchange.isForwarded else { return refuse(.target, exchange) }
        if exchange.location.settings.forward.datagrams.ports != nil, let client = exchange.client as? SOCKSClient,
            client.request?.command == .associate
        {
            return await AssociationHandler.answer(client, exchange)
        }
        let pseudonym = exchange.location.settings.forward.pseudonym
        switch exchange.location.settings.forward.admission.admit(exchange.head, pseudonym: pseudonym) {
        case .refused(let refusal): return refuse(refusal, exchange)
        case .admitted(let destination): return await open(destination, exchange)
        }
    }

    static func refuse(_ refusal: ForwardRefusal, _ exchange: Exchange) -> Disposition {
        exchange.generation.log(.error, refusal.reason, exchange)
        exchange.proxyError = refusal.error
        return .status(refusal.status)
    }

    private static func open(_ destination: ForwardDestination, _ exchange: Exchange) async -> Disposition {
        switch await ForwardWay.find(destination, exchange) {
        case .refused(let disposition): return disposition
        case .direct(let addresses, let exit): return await openDirectly(destination, addresses, exit, exchange)
        case .parent(let parent, let exit):
            let disposition = await openOver(parent, exit, destination, exchange)
            guard exit.mayFallBack, shouldFallBack(disposition, exchange) else { return disposition }
            return await fallBack(destination, exchange)
        }
    }

    private static func openDirectly(
        _ destination: ForwardDestination, _ addresses: [IPAddress], _ exit: ChosenExit?, _ exchange: Exchange
    ) async -> Disposition {
        exchange.chosenExit = exit
        // The connection is made to what was judged: from here on there are no names.
        let peers = addresses.map { SocketAddress.ip($0, port: UInt16(destination.port)) }
        let name = String(decoding: destination.authority, as: UTF8.self)
        if destination.isTunnel {
            return await TunnelOpening(exchange, group: exchange.generation.transientGroup(name, peers)).run()
        }
        let group = exchange.generation.transientGroup(name, inOrder(peers), keepalive: idleLimit)
        return await pass(exchange, to: destination, group, uri: exchange.head.originTarget)
    }

    /// Idle connections that each loop keeps for one destination.
    private static let idleLimit = 8

    /// The same addresses are the same group, in whatever order they were found.
    private static func inOrder(_ peers: [SocketAddress]) -> [SocketAddress] {
        peers.count < 2 ? peers : peers.map { ($0, $0.description) }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    private static func openOver(
        _ parent: ForwardExitSettings.Parent, _ exit: ChosenExit, _ destination: ForwardDestination, _ exchange: Exchange
    ) async -> Disposition {
        exchange.chosenExit = exit
        let group = exchange.generation.upstreams[parent.upstream]
        if destination.isTunnel { return await TunnelOpening(exchange, group: group).run() }
        // An HTTP proxy takes requests as this one does; over SOCKS the destination itself is spoken to.
        let uri = parent.kind == .connect ? exchange.head.target : exchange.head.originTarget
        return await pass(exchange, to: destination, group, uri: uri)
    }

    // MARK: Falling back

    /// Only where no parent has said anything can the request still go another way.
    private static func shouldFallBack(_ disposition: Disposition, _ exchange: Exchange) -> Bool {
        guard disposition == .status(502) || disposition == .status(504) else { return false }
        return exchange.chosenExit?.hasAnswered == false && !exchange.response.isStarted
    }

    private static func fallBack(_ destination: ForwardDestination, _ exchange: Exchange) async -> Disposition {
        exchange.generation.log(.warn, "no parent proxy takes the connection, it is made directly", exchange)
        exchange.proxyError = nil
        exchange.upstreamLog.startsNewGroup = true
        switch await ForwardWay.findFallback(destination, exchange) {
        case .refused(let disposition): return disposition
        case .direct(let addresses, let exit): return await openDirectly(destination, addresses, exit, exchange)
        case .parent: return .status(502)
        }
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
