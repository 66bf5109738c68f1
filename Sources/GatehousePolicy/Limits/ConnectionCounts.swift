/// How many requests and tunnels each key has open: the state of one `limit_conn_zone`. As many keys as it has room for.
package struct ConnectionCounts: Sendable {
    package enum Entry: Sendable, Equatable {
        /// Has to `leave` again.
        case entered
        case limitReached
        /// Too many keys: as nginx, the new one is refused.
        case noRoom
    }

    /// Keys at most.
    package var capacity: Int
    private var counts: [[UInt8]: Int] = [:]

    package init(capacity: Int) { self.capacity = capacity }

    /// One more for `key`, if there are fewer than `limit`.
    package mutating func enter(_ key: [UInt8], limit: Int) -> Entry {
        guard let count = counts[key] else {
            if counts.count >= capacity { return .noRoom }
            counts[key] = 1
            return .entered
        }
        if count >= limit { return .limitReached }
        counts[key] = count + 1
        return .entered
    }

    package mutating func leave(_ key: [UInt8]) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }

    /// Keys that have any.
    package var keys: Int { counts.count }
}
