import GatehouseWire

/// Blocks of addresses and what each stands for; the longest block that holds an address decides. One step a bit.
struct AddressTrie: Sendable {
    private struct Node: Sendable {
        /// Places of the nodes for a next bit of 0 and of 1; 0 (the root, which nothing leads to) where there is none.
        var zero: Int32 = 0
        var one: Int32 = 0
        /// -1: none.
        var value: Int32 = -1
    }

    private var v4 = [Node()]
    private var v6 = [Node()]

    /// Returns what the block stood for before.
    mutating func set(_ block: CIDR, to value: Int?) -> Int? {
        switch block.address {
        case .v4(let address):
            Self.set(&v4, bits: UInt64(address) << 32, 0, length: block.prefixLength, to: value)
        case .v6(let high, let low):
            Self.set(&v6, bits: high, low, length: block.prefixLength, to: value)
        }
    }

    func value(for address: IPAddress) -> Int? {
        switch address.unmapped {
        case .v4(let address): Self.find(v4, bits: UInt64(address) << 32, 0, length: 32)
        case .v6(let high, let low): Self.find(v6, bits: high, low, length: 128)
        }
    }

    private static func bit(_ index: Int, of high: UInt64, _ low: UInt64) -> Bool {
        (index < 64 ? high >> UInt64(63 - index) : low >> UInt64(127 - index)) & 1 == 1
    }

    private static func set(_ nodes: inout [Node], bits high: UInt64, _ low: UInt64, length: Int, to value: Int?) -> Int? {
        var place = 0
        for index in 0..<length {
            let isOne = bit(index, of: high, low)
            var next = Int(isOne ? nodes[place].one : nodes[place].zero)
            if next == 0 {
                if value == nil { return nil }
                next = nodes.count
                nodes.append(Node())
                if isOne { nodes[place].one = Int32(next) } else { nodes[place].zero = Int32(next) }
            }
            place = next
        }
        let old = nodes[place].value
        nodes[place].value = value.map { Int32($0) } ?? -1
        return old < 0 ? nil : Int(old)
    }

    private static func find(_ nodes: [Node], bits high: UInt64, _ low: UInt64, length: Int) -> Int? {
        var found = nodes[0].value
        var place = 0
        for index in 0..<length {
            place = Int(bit(index, of: high, low) ? nodes[place].one : nodes[place].zero)
            if place == 0 { break }
            if nodes[place].value >= 0 { found = nodes[place].value }
        }
        return found < 0 ? nil : Int(found)
    }
}
