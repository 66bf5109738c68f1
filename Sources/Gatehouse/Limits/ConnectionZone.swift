import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime

/// One `limit_conn_zone`, for all loops. A lock, not an actor: what is done under it is a look into a table.
package final class ConnectionZone: Sendable {
    let name: String
    let key: Template
    private let counts: Lock<ConnectionCounts>

    init(_ settings: ConnectionZoneSettings) {
        name = settings.name
        key = settings.key
        counts = Lock(ConnectionCounts(capacity: settings.capacity))
    }

    func enter(_ key: [UInt8], limit: Int) -> ConnectionCounts.Entry { counts.withLock { $0.enter(key, limit: limit) } }
    func leave(_ key: [UInt8]) { counts.withLock { $0.leave(key) } }

    func adopt(_ settings: ConnectionZoneSettings) -> Bool {
        guard settings.key == key else { return false }
        counts.withLock { $0.capacity = settings.capacity }
        return true
    }
}
