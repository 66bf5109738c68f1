import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Applies `forward_rule` to one request: before its destination is looked up as far as that goes, and to each address where a rule asks.
struct ForwardRuling {
    enum Verdict {
        /// - Parameter exit: its number, where a rule chose one.
        case allowed(exit: Int?)
        case refused(Disposition)
        case needsAddress
    }

    enum Result {
        /// - Parameter exit: its number, where a rule chose one.
        case allowed([IPAddress], exit: Int?)
        case refused(Disposition)
    }

    private let exchange: Exchange
    private let query: ForwardQuery

    init(_ exchange: Exchange, _ destination: ForwardDestination) {
        self.exchange = exchange
        var query = ForwardQuery(destination: destination, method: exchange.head.methodBytes)
        query.user = exchange.authenticatedUser
        query.client = exchange.remoteAddress.ipAddress
        let second = exchange.context.loop.wallClock.seconds
        let time = LocalTime(epochSecond: second)
        (query.day, query.minute) = (CivilTime(epochSeconds: second + time.offset).weekday, time.hour * 60 + time.minute)
        if !destination.isTunnel { query.url = exchange.head.target }
        self.query = query
    }

    /// Whether there is anything to apply.
    static func isNeeded(_ exchange: Exchange) -> Bool { !exchange.location.settings.forward.rules.details.isEmpty }

    /// What can be said before the destination's address is known.
    func byName() -> Verdict {
        switch decide(nil) {
        case .needsAddress: return .needsAddress
        case .decided(.exit(let number), _): return .allowed(exit: number)
        case .decided(let action, let rule): return disposition(of: action, rule).map { .refused($0) } ?? .allowed(exit: nil)
        }
    }

    /// The addresses that no rule refuses and that go the way of the first of them, or the answer that the first refusal gives. An exit
    /// that a rule chooses by the address has to be a direct one: what is looked up here is not left to a parent.
    func judge(_ addresses: [IPAddress]) -> Result {
        var allowed: [IPAddress] = []
        var way: Int?
        var refusal: Disposition?
        for address in addresses {
            guard case .decided(let action, let rule) = decide(address) else { continue }
            if let refused = disposition(of: action, rule) {
                refusal = refusal ?? refused
                continue
            }
            var exit: Int?
            if case .exit(let number) = action { exit = number }
            if let exit, exchange.generation.http.exits[exit].parent != nil { continue }
            if allowed.isEmpty { way = exit }
            if exit == way { allowed.append(address) }
        }
        return allowed.isEmpty ? .refused(refusal ?? .status(403)) : .allowed(allowed, exit: way)
    }

    private func decide(_ address: IPAddress?) -> ForwardRules.Decision {
        exchange.location.settings.forward.rules.rules.decide(query, address: address, sets: exchange.generation.domainSets.current)
    }

    private func disposition(of action: ForwardRule.Action, _ rule: Int?) -> Disposition? {
        switch action {
        case .allow, .bypass, .exit: return nil
        case .deny, .redirect: break
        }
        guard let rule else { return nil }
        let detail = exchange.location.settings.forward.rules.details[rule]
        let name = String(decoding: query.destination.authority, as: UTF8.self)
        exchange.generation.log(.error, "\"\(name)\" is refused by the rule in \(detail.position)", exchange)
        exchange.proxyError = .requestDenied
        // Nobody can be sent elsewhere inside a tunnel that does not open.
        guard action == .redirect, let target = detail.target, !query.destination.isTunnel else { return .status(403) }
        exchange.response.location = exchange.render(target)
        exchange.response.isLocationFinal = true
        return .status(302)
    }
}
