import GatehousePolicy
import GatehouseWire

/// How fast the bytes of one tunnel may go: `limit_rate` to the client, and both ways what it has of rates that are shared.
final class TunnelRate: TunnelPace {
    private let limit: RateLimit?
    private let share: BandwidthShare?
    private let start: MonotonicInstant
    private var sentToClient = 0
    private var shareDue: MonotonicInstant

    /// `nil` where nothing is limited. Connections that were upgraded have no rate of their own, as in nginx.
    init?(_ exchange: Exchange) {
        start = exchange.context.loop.now
        limit = exchange.response.opensTunnel ? RateLimit(exchange) : nil
        share = exchange.location.settings.limits.bandwidths.isEmpty ? nil : BandwidthShare(exchange)
        shareDue = share?.due(now: start) ?? start
        if limit == nil && share == nil { return nil }
    }

    func due(_ direction: TunnelMachine.Direction, now: MonotonicInstant) -> MonotonicInstant {
        guard direction == .toClient, let limit else { return shareDue }
        return max(shareDue, start + limit.due(afterSending: sentToClient))
    }

    func piece(_ direction: TunnelMachine.Direction) -> Int {
        let own = direction == .toClient ? limit?.piece(afterSending: sentToClient) : nil
        return min(own ?? .max, share?.piece ?? .max)
    }

    func moved(_ count: Int, _ direction: TunnelMachine.Direction, now: MonotonicInstant) {
        if direction == .toClient { sentToClient += count }
        if let share { shareDue = share.spend(count, now: now) }
    }
}
