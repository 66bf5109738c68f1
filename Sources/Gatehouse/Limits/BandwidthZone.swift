import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// One `limit_bandwidth_zone`, for all loops.
package final class BandwidthZone: Sendable {
    let key: Template
    private let table: Lock<BandwidthTable>

    init(_ settings: BandwidthZoneSettings) {
        key = settings.key
        table = Lock(BandwidthTable(rate: settings.rate, capacity: settings.capacity, now: .now))
    }

    /// When the next bytes of `key` may go.
    func due(_ key: [UInt8], now: MonotonicInstant) -> MonotonicInstant { table.withLock { $0.due(key, now: now) } }

    /// `count` bytes of `key` went.
    /// - Returns: when more may go.
    func spend(_ count: Int, of key: [UInt8], now: MonotonicInstant) -> MonotonicInstant {
        table.withLock { $0.spend(count, of: key, now: now) }
    }

    /// So many bytes go at once: small enough that those who share the rate see an even flow.
    var piece: Int { table.withLock { min(max($0.rate.bytes / 16, 1024), 64 * 1024) } }

    func adopt(_ settings: BandwidthZoneSettings) -> Bool {
        guard settings.key == key else { return false }
        table.withLock { $0.adopt(rate: settings.rate, capacity: settings.capacity) }
        return true
    }
}
