import GatehouseConfig
import GatehousePolicy

/// `limit_except`, `allow` and `deny`, `auth_basic`, and `satisfy` between them.
enum AccessPhase {
    /// Whether anybody is asked anything; nearly always nobody is.
    static func isNeeded(_ exchange: Exchange) -> Bool {
        exchange.location.settings.limitExcept != nil || !exchange.location.settings.access.isEmpty
            || exchange.location.settings.authentication.realm != nil
    }

    /// - Returns: an answer when the request is refused.
    static func run(_ exchange: Exchange) async -> Disposition? {
        if let except = exchange.location.settings.limitExcept, !except.methods.contains(exchange.method.bytes), !exchange.isInternalPage {
            exchange.location = except.settings
        }
        if exchange.isInternalPage { return nil }
        let address = AccessRules(exchange.location.settings.access.elements).check(exchange.remoteAddress.ipAddress)
        if exchange.location.settings.authentication.satisfiesAny {
            if address == .allowed { return nil }
            if exchange.location.settings.authentication.isAsked { return await authenticate(exchange) }
        }
        if address == .denied { return deny(exchange) }
        return await authenticate(exchange)
    }

    private static func deny(_ exchange: Exchange) -> Disposition {
        exchange.generation.log(.error, "access forbidden by rule", exchange)
        if exchange.isForwarded { exchange.proxyError = .requestDenied }
        return .status(403)
    }

    private static func authenticate(_ exchange: Exchange) async -> Disposition? {
        if !exchange.location.settings.authentication.isAsked { return nil }
        let refused = await AuthenticationPhase.run(exchange)
        if refused == .status(401) || refused == .status(407) { await AuthenticationPhase.delay(exchange) }
        return refused
    }
}
