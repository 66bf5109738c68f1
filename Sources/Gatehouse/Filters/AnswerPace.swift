import GatehouseRuntime
import GatehouseWire

/// How fast the body of one answer may leave: `limit_rate` for itself, and what it has of rates that are shared.
struct AnswerPace {
    private let limit: RateLimit?
    private let share: BandwidthShare?

    /// `nil` where nothing is limited.
    init?(_ exchange: Exchange) {
        limit = RateLimit(exchange)
        share = exchange.location.settings.limits.bandwidths.isEmpty ? nil : BandwidthShare(exchange)
        if limit == nil && share == nil { return nil }
    }

    /// How many bytes may go at once.
    func piece(afterSending sent: Int) -> Int { min(limit?.piece(afterSending: sent) ?? .max, share?.piece ?? .max) }

    /// The first `count` bytes go together with the head.
    /// - Returns: false, and nothing is begun, where they have to wait.
    func begins(_ count: Int, _ exchange: Exchange) -> Bool {
        let now = exchange.context.loop.now
        if count > piece(afterSending: 0) || share?.due(now: now) ?? now > now { return false }
        exchange.response.pacedSince = now
        sent(count, exchange)
        return true
    }

    /// Notes bytes on their way.
    func sent(_ count: Int, _ exchange: Exchange) {
        if let share, count > 0 { exchange.response.shareDue = share.spend(count, now: exchange.context.loop.now) }
    }

    /// Suspends until more bytes may be sent.
    func wait(_ exchange: Exchange) async throws(ClientError) {
        let loop = exchange.context.loop
        let start = exchange.response.pacedSince ?? loop.now
        exchange.response.pacedSince = start
        var due = start + (limit?.due(afterSending: exchange.response.bodyBytesSent) ?? .zero)
        if let share { due = max(due, exchange.response.shareDue ?? share.due(now: loop.now)) }
        if due <= loop.now { return }
        guard let socket = exchange.client.watchedSocket else { return try await AnswerPace.sleep(until: due, on: loop) }
        try await AnswerPace.wait(for: socket, until: due)
    }

    /// A client that leaves meanwhile ends the wait.
    private static func wait(for socket: Socket, until due: MonotonicInstant) async throws(ClientError) {
        do throws(SocketError) {
            _ = try await Socket.waitForAny(socket, .reset, socket, .reset, deadline: due)
        } catch {
            if case .timedOut = error.kind { return }
            throw ClientError(.cancelled, "stopped while sending response to client")
        }
        throw ClientError(.gone, "client prematurely closed connection while sending response to client")
    }

    private static func sleep(until due: MonotonicInstant, on loop: EventLoop) async throws(ClientError) {
        do throws(CancellationError) {
            try await loop.sleep(until: due)
        } catch {
            throw ClientError(.cancelled, "stopped while sending response to client")
        }
    }
}
