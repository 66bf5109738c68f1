import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// What one request has of the rates that it shares with others: the zones and its keys in them.
struct BandwidthShare {
    private let parts: [(zone: BandwidthZone, key: [UInt8])]

    /// `nil` where nothing is shared: no zone, or only empty keys.
    init?(_ exchange: Exchange) {
        var parts: [(zone: BandwidthZone, key: [UInt8])] = []
        for number in exchange.location.settings.limits.bandwidths.elements {
            let zone = exchange.generation.bandwidthZones[number]
            let key = exchange.render(zone.key)
            if !key.isEmpty { parts.append((zone, key)) }
        }
        if parts.isEmpty { return nil }
        self.parts = parts
    }

    /// When the first bytes may go.
    func due(now: MonotonicInstant) -> MonotonicInstant { parts.reduce(now) { max($0, $1.zone.due($1.key, now: now)) } }

    /// `count` bytes went.
    /// - Returns: when more may go.
    func spend(_ count: Int, now: MonotonicInstant) -> MonotonicInstant {
        parts.reduce(now) { max($0, $1.zone.spend(count, of: $1.key, now: now)) }
    }

    var piece: Int { parts.reduce(Int.max) { min($0, $1.zone.piece) } }
}
