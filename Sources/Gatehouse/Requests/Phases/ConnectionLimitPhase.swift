import GatehouseConfig
import GatehouseWire

/// `limit_conn`: counts the request in each zone, and refuses it where there are enough.
///
/// As in nginx, before the client has said who it is. A forward proxy counts afterwards: the users it knows are its keys, and
/// nobody is to use up the places of another under his name.
enum ConnectionLimitPhase {
    static func isNeeded(_ exchange: Exchange) -> Bool { !exchange.location.settings.limits.connections.isEmpty }

    /// - Returns: an answer when the request is refused. Only the first place of a request that has a limit counts it.
    static func run(_ exchange: Exchange) -> Disposition? {
        if exchange.heldConnections != nil { return nil }
        var held = HeldConnections()
        defer { if held.outcome != nil { exchange.heldConnections = held } }
        for limit in exchange.location.settings.limits.connections.elements {
            let zone = exchange.generation.connectionZones[limit.zone]
            let key = exchange.render(zone.key)
            if key.isEmpty { continue }
            if key.count > 255 {
                let text = String(decoding: key, as: UTF8.self)
                exchange.generation.log(.error, "the value of the \"\(zone.key.source)\" key is more than 255 bytes: \"\(text)\"", exchange)
                continue
            }
            held.outcome = .passed
            switch zone.enter(key, limit: limit.limit) {
            case .entered: held.hold(zone, key)
            case .limitReached:
                log(zone, exchange)
                return refuse(&held, exchange)
            case .noRoom:
                exchange.generation.log(.error, "limit_conn_zone \"\(zone.name)\" is full, it needs a larger size", exchange)
                return refuse(&held, exchange)
            }
        }
        return nil
    }

    private static func log(_ zone: ConnectionZone, _ exchange: Exchange) {
        let mode = exchange.location.settings.limits.isConnectionsDryRun ? ", dry run," : ""
        let level = exchange.location.settings.limits.connectionsLogLevel
        exchange.generation.log(level, "limiting connections\(mode) by zone \"\(zone.name)\"", exchange)
    }

    private static func refuse(_ held: inout HeldConnections, _ exchange: Exchange) -> Disposition? {
        held.letGo()
        held.outcome = exchange.location.settings.limits.isConnectionsDryRun ? .rejectedDryRun : .rejected
        if exchange.location.settings.limits.isConnectionsDryRun { return nil }
        if exchange.isForwarded { exchange.proxyError = .requestDenied }
        return .status(exchange.location.settings.limits.connectionsStatus)
    }
}
