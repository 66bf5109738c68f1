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
