/// An IPv4 or IPv6 address as a number in host order; a zone is not part of it.
package enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    /// The high and the low 64 bits.
    case v6(UInt64, UInt64)

    /// Reads four or sixteen bytes in network order; nil for any other number of bytes.
    package init?(networkBytes bytes: Span<UInt8>) {
        switch bytes.count {
        case 4:
            var value: UInt32 = 0
            for i in 0..<4 { value = value << 8 | UInt32(bytes[i]) }
            self = .v4(value)
        case 16:
            var high: UInt64 = 0
            var low: UInt64 = 0
            for i in 0..<8 { high = high << 8 | UInt64(bytes[i]) }
            for i in 8..<16 { low = low << 8 | UInt64(bytes[i]) }
            self = .v6(high, low)
        default:
            return nil
        }
    }

    /// Four or sixteen bytes in network order, nginx's `$binary_remote_addr`.
    package var networkBytes: [UInt8] {
        switch self {
        case .v4(let value):
            return (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
        case .v6(let high, let low):
            return (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> (56 - 8 * ($0 & 7))) }
        }
    }

    /// 32 or 128.
    package var bitWidth: Int {
        switch self {
        case .v4: 32
        case .v6: 128
        }
    }

    package var isV4: Bool {
        switch self {
        case .v4: true
        case .v6: false
        }
    }

    /// An IPv4 address for an IPv4-mapped IPv6 one (`::ffff:192.0.2.1`), every other address unchanged.
    package var unmapped: IPAddress {
        if case .v6(0, let low) = self, low >> 32 == 0xffff { return .v4(UInt32(truncatingIfNeeded: low)) }
        return self
    }

    /// 127.0.0.0/8, its mapped form, and ::1.
    package var isLoopback: Bool {
        switch unmapped {
        case .v4(let value): value >> 24 == 127
        case .v6(let high, let low): high == 0 && low == 1
        }
    }

    /// 0.0.0.0 and `::`.
    package var isUnspecified: Bool { self == .v4(0) || self == .v6(0, 0) }
}

extension IPAddress: Comparable {
    /// IPv4 before IPv6, then by number.
    package static func < (left: IPAddress, right: IPAddress) -> Bool {
        switch (left, right) {
        case (.v4(let a), .v4(let b)): a < b
        case (.v4, .v6): true
        case (.v6, .v4): false
        case (.v6(let a, let b), .v6(let c, let d)): (a, b) < (c, d)
        }
    }
}
