/// A table from byte strings to small numbers that is asked with a `Span` and never allocates to answer. Letters of ASCII are
/// equal in both cases, as everywhere nginx hashes a name.
struct ByteTable: Sendable {
    private struct Entry: Sendable {
        var hash: UInt32
        var start: Int32
        var count: Int32
        var value: Int32
    }

    /// All keys, one after the other, in lower case.
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// Places in `entries`, -1 where free; a power of two in number, at most half of them taken.
    private var buckets: [Int32] = [-1, -1]

    var isEmpty: Bool { entries.isEmpty }

    /// False, and no change, where the key is there already.
    mutating func insert(_ key: [UInt8], value: Int) -> Bool {
        if self.value(for: key.span) != nil { return false }
        let entry = Entry(hash: Self.hash(key.span), start: Int32(bytes.count), count: Int32(key.count), value: Int32(value))
        bytes.append(contentsOf: key.lazy.map(Self.fold))
        entries.append(entry)
        if entries.count * 2 > buckets.count { grow() } else { place(entries.count - 1) }
        return true
    }

    func value(for key: Span<UInt8>) -> Int? {
        if entries.isEmpty { return nil }
        let hash = Self.hash(key)
        var bucket = Int(hash) & (buckets.count - 1)
        while buckets[bucket] >= 0 {
            let entry = entries[Int(buckets[bucket])]
            if entry.hash == hash && equals(entry, key) { return Int(entry.value) }
            bucket = (bucket + 1) & (buckets.count - 1)
        }
        return nil
    }

    private func equals(_ entry: Entry, _ key: Span<UInt8>) -> Bool {
        guard Int(entry.count) == key.count else { return false }
        let start = Int(entry.start)
        let stored = bytes.span.extracting(start..<(start + key.count))
        for index in key.indices where stored[index] != key[index] && stored[index] != Self.fold(key[index]) { return false }
        return true
    }

    private mutating func grow() {
        buckets = [Int32](repeating: -1, count: buckets.count * 2)
        for index in entries.indices { place(index) }
    }

    private mutating func place(_ index: Int) {
        var bucket = Int(entries[index].hash) & (buckets.count - 1)
        while buckets[bucket] >= 0 { bucket = (bucket + 1) & (buckets.count - 1) }
        buckets[bucket] = Int32(index)
    }

    /// A polynomial of the bytes with the bit of the case set, so that letters of both cases agree. Keys come from the
    /// configuration: nobody can choose them to collide.
    private static func hash(_ key: Span<UInt8>) -> UInt32 {
        var hash: UInt32 = 0
        for index in key.indices { hash = hash &* 31 &+ UInt32(key[index] | 0x20) }
        hash = (hash ^ (hash >> 16)) &* 0x9e37_79b1
        return hash ^ (hash >> 15)
    }

    @inline(__always)
    static func fold(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }
}
