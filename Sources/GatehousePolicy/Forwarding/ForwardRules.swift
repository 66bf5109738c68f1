import GatehousePattern
import GatehouseWire

/// What is known of a request when rules are applied to it.
package struct ForwardQuery: Sendable {
    /// Who the client is; `nil` where nobody asked, or where it was not proved.
    package var user: [UInt8]?
    /// `nil` for a client on a unix socket.
    package var client: IPAddress?
    /// Local time: 0 is Sunday, and minutes since midnight.
    package var day = 0
    package var minute = 0
    package var method: [UInt8]
    /// The whole target of a plain request.
    package var url: [UInt8]?
    package var destination: ForwardDestination

    package init(destination: ForwardDestination, method: [UInt8]) {
        self.destination = destination
        self.method = method
    }
}

/// The rules of a forward proxy, in order: the first whose conditions all hold decides, and where none does the request is allowed.
package struct ForwardRules: Sendable {
    package var rules: [ForwardRule] = []

    package init() {}

    package enum Decision: Sendable, Equatable {
        /// - Parameter rule: which one, from zero; `nil` where none holds.
        case decided(ForwardRule.Action, rule: Int?)
        /// A rule asks for the destination's address before any other decides.
        case needsAddress
    }

    /// - Parameter address: the one that is judged, where it is known. Each address of a name is judged on its own.
    package func decide(_ query: ForwardQuery, address: IPAddress? = nil, sets: [DomainSet]) -> Decision {
        for (place, rule) in rules.enumerated() {
            var asksAddress = false
            let holds = rule.conditions.allSatisfy { condition in
                guard let holds = Self.holds(condition.test, query, address, sets) else {
                    asksAddress = true
                    return true
                }
                return holds != condition.isNegated
            }
            if !holds { continue }
            return asksAddress ? .needsAddress : .decided(rule.action, rule: place)
        }
        return .decided(.allow, rule: nil)
    }

    /// `nil` where the address is not known yet.
    private static func holds(_ test: ForwardCondition.Test, _ query: ForwardQuery, _ address: IPAddress?, _ sets: [DomainSet]) -> Bool? {
        switch test {
        case .user(let users): return query.user.map { users.contains($0) } ?? false
        case .client(let blocks): return query.client.map { client in blocks.contains { $0.contains(client) } } ?? false
        case .time(let times): return times.contains(day: query.day, minute: query.minute)
        case .domain(let domains): return domains.holds(query.destination.name, sets: sets)
        case .address(let blocks): return address.map { address in blocks.contains { $0.contains(address) } }
        case .port(let ports): return ports.contains(query.destination.port)
        case .method(let methods): return methods.contains(query.method)
        case .url(let pattern):
            guard let url = query.url else { return false }
            var captures: [Int] = []
            return pattern.firstMatch(in: url.span, captures: &captures)
        }
    }
}
