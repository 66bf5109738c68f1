import GatehouseWire

/// Names of domains, millions of them: whether a name, or one above it, is among them.
///
/// Keeps a hash of 64 bits for each name and no text, some twelve bytes an entry. The hash is keyed, so nobody can prepare names that
/// meet; that any name of a day's traffic is taken for another is a matter of one in billions even with millions of entries.
package struct DomainSet: Sendable {
    /// The name itself, as a line of a hosts file means it.
    private var exact: HashSet64
    /// The name and all below it.
    private var below: HashSet64
    /// What is not in the set although another line says so.
    private var exceptions: HashSet64
    private let key: UInt64

    package enum Scope: Sendable, Equatable { case exact, below, exception }

    package var count: Int { exact.count + below.count + exceptions.count }
    /// In bytes.
    package var memory: Int { exact.memory + below.memory + exceptions.memory }

    /// - Parameter names: the hashes that `DomainHash` made with the same key.
    init(key: UInt64, exact: [UInt64], below: [UInt64], exceptions: [UInt64]) {
        self.key = key
        self.exact = HashSet64(exact)
        self.below = HashSet64(below)
        self.exceptions = HashSet64(exceptions)
    }

    /// - Parameter name: in lower case, without final dot.
    package func contains(_ name: Span<UInt8>) -> Bool {
        var hash = DomainHash(key: key)
        var isIn = false
        var place = name.count - 1
        while place >= 0 {
            let byte = name[place]
            if byte == UInt8(ascii: ".") {
                let value = hash.value
                if exceptions.contains(value) { return false }
                isIn = isIn || below.contains(value)
            }
            hash.append(byte)
            place -= 1
        }
        let value = hash.value
        if exceptions.contains(value) { return false }
        return isIn || below.contains(value) || exact.contains(value)
    }
}

/// Hashes a name from its end, so that every domain above it is met on the way.
struct DomainHash {
    private var state: UInt64

    init(key: UInt64) { state = key | 1 }

    @inline(__always) mutating func append(_ byte: UInt8) {
        // A 64 by 64 bit product folded, as in wyhash.
        let (high, low) = (state ^ UInt64(byte)).multipliedFullWidth(by: 0xa076_1d64_78bd_642f)
        state = high ^ low &+ 0xe703_7ed1_a0b4_28db
    }

    /// Never zero.
    @inline(__always) var value: UInt64 {
        let (high, low) = (state ^ 0x8ebc_6af0_9c88_c6e3).multipliedFullWidth(by: 0x5899_65cc_7537_4cc3)
        return max(1, high ^ low)
    }

    static func of(_ name: some BidirectionalCollection<UInt8>, key: UInt64) -> UInt64 {
        var hash = DomainHash(key: key)
        for byte in name.reversed() { hash.append(byte) }
        return hash.value
    }
}

/// Hashes in open addressing: two thirds full, one or two looks for a hash that is there or not.
struct HashSet64: Sendable {
    private var slots: [UInt64]
    private(set) var count = 0

    init(_ hashes: [UInt64]) {
        slots = hashes.isEmpty ? [] : [UInt64](repeating: 0, count: hashes.count * 3 / 2 + 1)
        for hash in hashes { insert(hash) }
    }

    var memory: Int { slots.count * 8 }

    private mutating func insert(_ hash: UInt64) {
        var place = home(of: hash)
        while slots[place] != 0 {
            if slots[place] == hash { return }
            place = place + 1 == slots.count ? 0 : place + 1
        }
        slots[place] = hash
        count += 1
    }

    func contains(_ hash: UInt64) -> Bool {
        if slots.isEmpty { return false }
        var place = home(of: hash)
        while slots[place] != 0 {
            if slots[place] == hash { return true }
            place = place + 1 == slots.count ? 0 : place + 1
        }
        return false
    }

    /// The hash's share of the whole is its share of the table.
    @inline(__always) private func home(of hash: UInt64) -> Int { Int(hash.multipliedFullWidth(by: UInt64(slots.count)).high) }
}
