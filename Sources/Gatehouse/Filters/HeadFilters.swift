import GatehouseConfig
import GatehouseWire

/// What happens to an answer's head between its handler and the client's stream, in nginx's order.
enum HeadFilters {
    /// - Returns: another answer in place of this one: 412 or 416.
    static func apply(to exchange: Exchange) -> Disposition? {
        if let refused = ConditionalFilter.apply(to: exchange) { return refused }
        return applyToPassed(exchange)
    }

    /// The same for an answer that is passed on from an upstream: its conditions are the upstream's business.
    static func applyToPassed(_ exchange: Exchange) -> Disposition? {
        AddedFields.apply(to: exchange)
        if exchange.location.settings.forward.isOn { ForwardFields.apply(to: exchange) }
        if let cookie = exchange.canary?.cookie { exchange.response.fields.append(.setCookie, cookie) }
        return RangeFilter.apply(to: exchange)
    }
}
