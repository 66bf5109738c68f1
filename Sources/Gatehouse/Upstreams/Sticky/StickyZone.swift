import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// The sessions of one `sticky learn … zone=`, for all loops. A lock, not an actor: what is done under it is a look into a table.
package final class StickyZone: Sendable {
    /// The group that has it.
    let group: String
    private let sessions: Lock<StickySessions>

    init(group: String, sessions: StickySessions) {
        self.group = group
        self.sessions = Lock(sessions)
    }

    func server(of session: [UInt8], now: MonotonicInstant) -> [UInt8]? { sessions.withLock { $0.server(of: session, now: now) } }

    /// - Returns: whether another session had to make room.
    func used(_ session: [UInt8], on server: [UInt8], isNew: Bool, now: MonotonicInstant) -> Bool {
        sessions.withLock { $0.used(session, on: server, isNew: isNew, now: now) }
    }

    fileprivate func adopt(capacity: Int, timeout: Duration) {
        sessions.withLock { sessions in
            sessions.timeout = timeout
            sessions.resize(capacity: capacity)
        }
    }
}

/// The zones of all generations, by name: sessions live on over reloads.
package final class StickyZones: Sendable {
    private let zones = Lock<[String: StickyZone]>([:])

    package init() {}

    /// The zone of that name, with the sessions it has.
    /// - Parameter capacity: sessions remembered at most.
    /// - Returns: `nil` where another group has it.
    package func zone(_ name: String, group: String, capacity: Int, timeout: Duration) -> StickyZone? {
        zones.withLock { zones in
            if let known = zones[name] {
                guard known.group == group else { return nil }
                known.adopt(capacity: capacity, timeout: timeout)
                return known
            }
            let zone = StickyZone(group: group, sessions: StickySessions(capacity: capacity, timeout: timeout))
            zones[name] = zone
            return zone
        }
    }

    /// What the zone's group is now, for a message.
    package func owner(of name: String) -> String? { zones.withLock { $0[name]?.group } }
}
