/// Encoded sessions by their identifier, within a budget of bytes; the oldest leave first, as in nginx's shared cache.
///
/// A value without clock or lock: `TLSSessionCache` brings both.
struct SessionStore {
    private struct Entry {
        var encoded: [UInt8]
        /// Epoch seconds.
        var expires: Int
        var number: Int
    }

    /// What an entry costs beside its session: identifier, indices, table slots.
    static let overhead = 160

    private let budget: Int
    private var used = 0
    private var entries: [[UInt8]: Entry] = [:]
    /// Identifiers in the order of insertion; those before `oldest` are gone. An identifier whose entry has another number is stale.
    private var order: [(id: [UInt8], number: Int)] = []
    private var oldest = 0
    private var nextNumber = 0

    init(budget: Int) {
        self.budget = budget
    }

    var count: Int { entries.count }

    mutating func insert(_ id: [UInt8], _ encoded: [UInt8], expires: Int, now: Int) {
        remove(id)
        dropExpired(now: now)
        let cost = encoded.count + Self.overhead
        guard cost <= budget else { return }
        while used + cost > budget, dropOldest() {}
        entries[id] = Entry(encoded: encoded, expires: expires, number: nextNumber)
        order.append((id, nextNumber))
        nextNumber += 1
        used += cost
    }

    mutating func find(_ id: [UInt8], now: Int) -> [UInt8]? {
        guard let entry = entries[id] else { return nil }
        if entry.expires > now { return entry.encoded }
        remove(id)
        return nil
    }

    mutating func remove(_ id: [UInt8]) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        used -= entry.encoded.count + Self.overhead
    }

    /// At most two, so that no insertion pays for a long queue.
    private mutating func dropExpired(now: Int) {
        for _ in 0..<2 {
            guard oldest < order.count else { return }
            if let entry = entries[order[oldest].id], entry.number == order[oldest].number, entry.expires > now { return }
            _ = dropOldest()
        }
    }

    private mutating func dropOldest() -> Bool {
        guard oldest < order.count else { return false }
        let (id, number) = order[oldest]
        oldest += 1
        if entries[id]?.number == number { remove(id) }
        if oldest > 64 && oldest * 2 > order.count {
            order.removeFirst(oldest)
            oldest = 0
        }
        return true
    }
}
