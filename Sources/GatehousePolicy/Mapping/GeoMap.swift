import GatehouseWire

/// The search of nginx's `geo`: from an address to a number of the caller's, by blocks or by ranges.
///
/// As in nginx a client without an address (on a unix socket), and with ranges every client of IPv6, counts as 255.255.255.255.
package struct GeoMap: Sendable {
    package enum AddResult: Equatable, Sendable {
        case added
        /// nginx warns "duplicate network …" or "duplicate range …".
        case replaced(old: Int)
        /// nginx fails with "range … overlaps …".
        case overlaps(first: IPAddress, last: IPAddress)
    }

    private var trie = AddressTrie()
    private var ranges = AddressRanges()
    /// What `default` names, or 0.0.0.0/0 and ::/0.
    private let fallback: Int?

    package init(default fallback: Int? = nil) { self.fallback = fallback }

    package mutating func add(_ block: CIDR, value: Int) -> AddResult {
        trie.set(block, to: value).map { .replaced(old: $0) } ?? .added
    }

    /// `delete`: false where the block isn't there.
    package mutating func remove(_ block: CIDR) -> Bool { trie.set(block, to: nil) != nil }

    /// A range of IPv4 addresses, both ends included (`geo { ranges; }`).
    package mutating func add(from first: UInt32, through last: UInt32, value: Int) -> AddResult {
        guard first <= last else { return .overlaps(first: .v4(first), last: .v4(last)) }
        return switch ranges.add(first...last, value: value) {
        case .added: .added
        case .replaced(let old): .replaced(old: old)
        case .overlaps(let first, let last): .overlaps(first: .v4(first), last: .v4(last))
        }
    }

    /// `delete` of a range: false where it isn't there.
    package mutating func remove(from first: UInt32, through last: UInt32) -> Bool {
        first <= last && ranges.remove(first...last)
    }

    /// `nil`: nothing was configured for it.
    package func value(for client: IPAddress?) -> Int? {
        let address = client?.unmapped ?? .v4(.max)
        let ranged: UInt32 = if case .v4(let value) = address { value } else { .max }
        return ranges.value(for: ranged) ?? trie.value(for: address) ?? fallback
    }
}
