/// The primaries of a group, or its backups.
struct PoolTier: Sendable {
    /// Where its peers are in `PoolMachine.slots`.
    let range: Range<Int>
    let totalWeight: Int

    init(_ range: Range<Int>, of slots: [PeerSlot]) {
        self.range = range
        totalWeight = slots[range].reduce(0) { $0 + Int($1.weight) }
    }

    var count: Int { range.count }
}

/// Which peer of a tier a sticky ID names: the first that has it.
struct StickyIndex: Sendable {
    private var slotOfID: [[UInt8]: Int] = [:]

    init() {}

    init(_ range: Range<Int>, of records: [PeerRecord]) {
        for slot in range where !records[slot].spec.stickyID.isEmpty && slotOfID[records[slot].spec.stickyID] == nil {
            slotOfID[records[slot].spec.stickyID] = slot
        }
    }

    subscript(id: [UInt8]) -> Int? { slotOfID[id] }
}
