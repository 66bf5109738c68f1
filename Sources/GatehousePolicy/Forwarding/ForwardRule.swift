import GatehousePattern
import GatehouseWire

/// One `forward_rule`: what happens to requests for which all of its conditions hold.
package struct ForwardRule: Sendable {
    package enum Action: Sendable, Equatable {
        case allow
        /// Allowed here, and in a PAC file gone to without the proxy.
        case bypass
        case deny
        /// To a URL that the caller knows by the rule's place.
        case redirect
        /// Over a way out that the caller knows by its number.
        case exit(Int)
    }

    package var action: Action
    package var conditions: [ForwardCondition]

    package init(_ action: Action, _ conditions: [ForwardCondition]) {
        self.action = action
        self.conditions = conditions
    }
}

/// One condition: any of its values has to fit, or, negated, none.
package struct ForwardCondition: Sendable {
    package enum Test: Sendable {
        case user([[UInt8]])
        case client([CIDR])
        case time(WeekTimes)
        case domain(DomainTest)
        /// Of the destination, after it was looked up.
        case address([CIDR])
        case port(PortSet)
        case method([[UInt8]])
        /// Of plain requests only: of others nobody sees it.
        case url(Pattern)
    }

    package var test: Test
    package var isNegated: Bool

    package init(_ test: Test, isNegated: Bool = false) {
        self.test = test
        self.isNegated = isNegated
    }
}
