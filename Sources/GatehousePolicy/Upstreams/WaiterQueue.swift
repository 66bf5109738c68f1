/// The requests that wait for a peer, first come, first served.
struct WaiterQueue: Sendable {
    struct Entry: Sendable {
        let waiter: WaiterID
        let tried: PeerSet
        let key: [UInt8]
        let hint: [UInt8]
    }

    private(set) var entries: [Entry] = []
    /// How many are bound to a peer.
    private var hints = 0

    var count: Int { entries.count }

    var hasHints: Bool { hints > 0 }

    mutating func append(_ entry: Entry) {
        entries.append(entry)
        if !entry.hint.isEmpty { hints += 1 }
    }

    mutating func remove(at index: Int) -> Entry {
        if !entries[index].hint.isEmpty { hints -= 1 }
        return entries.remove(at: index)
    }

    mutating func remove(_ waiter: WaiterID) {
        if let index = entries.firstIndex(where: { $0.waiter == waiter }) { _ = remove(at: index) }
    }
}
