import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// `limit_rate`, `limit_rate_after`, `set $limit_rate`, `X-Accel-Limit-Rate`: how fast one answer may leave.
struct RateLimit: Equatable {
    /// Bytes a second.
    var rate: Int
    /// So many bytes go at full speed.
    var burst: Int

    /// The limit of an answer; `nil` where there is none.
    init?(_ exchange: Exchange) {
        let location = exchange.location
        let text = exchange.limitRate ?? location.settings.limitRate.map { exchange.render($0) }
        guard let text, let rate = Self.size(text), rate > 0 else { return nil }
        self.rate = rate
        burst = location.settings.limitRateAfter.flatMap { Self.size(exchange.render($0)) } ?? 0
    }

    init(rate: Int, burst: Int) {
        self.rate = rate
        self.burst = burst
    }

    /// When the next bytes may go, counted from the answer's first: as soon as those before them are paid for.
    func due(afterSending sent: Int) -> Duration {
        let owed = sent - burst
        if owed <= 0 { return .zero }
        let (seconds, rest) = owed.quotientAndRemainder(dividingBy: rate)
        return .seconds(seconds) + .nanoseconds(Int64(Double(rest) / Double(rate) * 1e9))
    }

    /// How many bytes may go at once: a quarter of a second's worth, and what `limit_rate_after` gives.
    func piece(afterSending sent: Int) -> Int {
        max(burst - sent, 0) + min(max(rate / 4, 1), 128 * 1024)
    }

    /// Suspends until `count` more bytes may be sent.
    static func pace(_ exchange: Exchange, _ count: Int) async throws(ClientError) {
        guard let limit = RateLimit(exchange) else { return }
        try await limit.wait(exchange)
    }

    /// Suspends until what was sent so far keeps to the rate.
    func wait(_ exchange: Exchange) async throws(ClientError) {
        let loop = exchange.context.loop
        let start = exchange.response.pacedSince ?? loop.now
        exchange.response.pacedSince = start
        let due = start + due(afterSending: exchange.response.bodyBytesSent)
        if due <= loop.now { return }
        guard let socket = exchange.client.watchedSocket else { return try await RateLimit.sleep(until: due, on: loop) }
        try await RateLimit.wait(for: socket, until: due)
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

    /// nginx's sizes: a number, with `k` or `m` behind it.
    static func size(_ text: [UInt8]) -> Int? {
        guard let last = text.last else { return nil }
        let factor =
            switch last | 0x20 {
            case UInt8(ascii: "k"): 1 << 10
            case UInt8(ascii: "m"): 1 << 20
            default: 1
            }
        let digits = factor == 1 ? text[...] : text.dropLast()
        guard let number = Int(String(decoding: digits, as: UTF8.self)), number >= 0 else { return nil }
        let (size, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : size
    }
}
