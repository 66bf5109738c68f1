import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Where a destination is reached, after rules, resolver and guard have had their say: the same for requests, tunnels and datagrams.
enum ForwardWay {
    /// To one of these addresses, from where the exit says.
    case direct([IPAddress], ChosenExit?)
    /// Names are left to the parent.
    case parent(ForwardExitSettings.Parent, ChosenExit)
    case refused(Disposition)

    /// Suspends while a name is looked up. Why it is refused is in the error log, and in the exchange's `proxyError`.
    /// - Parameter watchesClient: gives up when the client leaves. One lookup at a time can do so.
    static func find(_ destination: ForwardDestination, _ exchange: Exchange, watchesClient: Bool = true) async -> ForwardWay {
        guard ForwardRuling.isNeeded(exchange) else {
            return await findDirect(destination, exchange, ruling: nil, exit: nil, watchesClient)
        }
        let ruling = ForwardRuling(exchange, destination)
        switch ruling.byName() {
        case .refused(let disposition): return .refused(disposition)
        case .needsAddress: return await findDirect(destination, exchange, ruling: ruling, exit: nil, watchesClient)
        case .allowed(let number):
            let exit = number.map { ChosenExit($0, destination, exchange) }
            if let exit, let parent = exit.parent { return judgeParent(parent, exit, destination, exchange) }
            return await findDirect(destination, exchange, ruling: nil, exit: exit, watchesClient)
        }
    }

    /// Past a parent that takes no connection; rules have chosen it, so they have no more to say.
    static func findFallback(_ destination: ForwardDestination, _ exchange: Exchange) async -> ForwardWay {
        await findDirect(destination, exchange, ruling: nil, exit: nil, true)
    }

    /// - Parameter ruling: asked about each address, where that is not settled yet.
    private static func findDirect(
        _ destination: ForwardDestination, _ exchange: Exchange, ruling: ForwardRuling?, exit: ChosenExit?, _ watchesClient: Bool
    ) async -> ForwardWay {
        var exit = exit
        var addresses: [IPAddress]
        switch await ForwardRoute.addresses(for: destination, exchange, watchesClient: watchesClient) {
        case .failed(let error, let status):
            exchange.proxyError = error
            return .refused(.status(status))
        case .found(let found): addresses = found
        }
        if let ruling {
            switch ruling.judge(addresses) {
            case .refused(let disposition): return .refused(disposition)
            case .allowed(let allowed, let number):
                addresses = allowed
                exit = number.map { ChosenExit($0, destination, exchange) }
            }
        }
        if let exit { addresses.removeAll { !exit.reaches($0) } }
        guard !addresses.isEmpty else {
            exchange.generation.log(.error, "no address of the exit can reach the destination", exchange)
            exchange.proxyError = .destinationUnroutable
            return .refused(.status(502))
        }
        return .direct(addresses, exit)
    }

    /// Names are left to the parent; addresses are judged here all the same.
    private static func judgeParent(
        _ parent: ForwardExitSettings.Parent, _ exit: ChosenExit, _ destination: ForwardDestination, _ exchange: Exchange
    ) -> ForwardWay {
        if let address = destination.address, !exchange.location.settings.forward.destinationGuard.allows(address) {
            exchange.generation.log(
                .error, "forward proxy does not ask a parent for \(address) (\(AddressClass(address).rawValue))", exchange)
            exchange.proxyError = .destinationProhibited
            return .refused(.status(403))
        }
        return .parent(parent, exit)
    }
}
