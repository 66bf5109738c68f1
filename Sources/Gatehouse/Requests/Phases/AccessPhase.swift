import GatehouseConfig
import GatehousePolicy

/// `limit_except`, `allow` and `deny`.
enum AccessPhase {
    /// - Returns: an answer when the request is refused.
    static func run(_ exchange: Exchange) -> Disposition? {
        if let except = exchange.location.settings.limitExcept, !except.methods.contains(exchange.method.bytes), !exchange.isInternalPage {
            exchange.location = except.settings
        }
        let rules = exchange.location.settings.access.elements
        if rules.isEmpty || exchange.isInternalPage { return nil }
        switch AccessRules(rules).check(exchange.remoteAddress.ipAddress) {
        case .denied:
            exchange.generation.log(.error, "access forbidden by rule", exchange)
            return .status(403)
        default: return nil
        }
    }
}
