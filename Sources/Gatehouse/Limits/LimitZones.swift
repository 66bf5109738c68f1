import GatehouseConfig
import GatehouseRuntime

/// The zones of all generations, by name: what they count lives on over reloads, as long as their key is the same.
package final class LimitZones: Sendable {
    private let connections = Lock<[String: ConnectionZone]>([:])
    private let bandwidths = Lock<[String: BandwidthZone]>([:])

    package init() {}

    func zone(_ settings: ConnectionZoneSettings) -> ConnectionZone {
        connections.withLock { zones in
            if let known = zones[settings.name], known.adopt(settings) { return known }
            let zone = ConnectionZone(settings)
            zones[settings.name] = zone
            return zone
        }
    }

    func zone(_ settings: BandwidthZoneSettings) -> BandwidthZone {
        bandwidths.withLock { zones in
            if let known = zones[settings.name], known.adopt(settings) { return known }
            let zone = BandwidthZone(settings)
            zones[settings.name] = zone
            return zone
        }
    }
}
