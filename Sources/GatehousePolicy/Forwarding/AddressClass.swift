import GatehouseWire

/// What kind of place an address is, as far as a proxy that connects for others has to know (IANA's special-purpose registries,
/// RFC 6890). Only `global` is somewhere anybody may be sent without being asked for.
package enum AddressClass: String, Sendable, CaseIterable {
    case global
    /// Whatever listens on this machine.
    case loopback
    /// 0.0.0.0/8 and `::`: Linux connects to itself.
    case unspecified
    case linkLocal = "link-local"
    /// RFC 1918, unique local and site-local addresses.
    case `private`
    /// 100.64.0.0/10, between a carrier and its customers (RFC 6598).
    case shared
    case multicast
    case broadcast
    /// Where a cloud tells a machine its secrets.
    case metadata
    /// Documentation, benchmarking, discarding, and blocks that nobody was given.
    case reserved

    package init(_ address: IPAddress) {
        switch address {
        case .v4(let value): self = Self.classOf(v4: value)
        case .v6(let high, let low): self = Self.classOf(v6: high, low)
        }
    }

    // MARK: IPv4

    private static func classOf(v4 value: UInt32) -> AddressClass {
        if metadataAddresses.contains(.v4(value)) { return .metadata }
        return v4Blocks.first { value & $0.mask == $0.address }?.kind ?? .global
    }

    private struct Block: Sendable {
        let address: UInt32
        let mask: UInt32
        let kind: AddressClass

        init(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32, length: UInt32, _ kind: AddressClass) {
            address = a << 24 | b << 16 | c << 8 | d
            mask = length == 0 ? 0 : UInt32.max << (32 - length)
            self.kind = kind
        }
    }

    private static let v4Blocks: [Block] = [
        Block(0, 0, 0, 0, length: 8, .unspecified),
        Block(10, 0, 0, 0, length: 8, .private),
        Block(100, 64, 0, 0, length: 10, .shared),
        Block(127, 0, 0, 0, length: 8, .loopback),
        Block(169, 254, 0, 0, length: 16, .linkLocal),
        Block(172, 16, 0, 0, length: 12, .private),
        Block(192, 0, 0, 0, length: 24, .reserved),
        Block(192, 0, 2, 0, length: 24, .reserved),
        Block(192, 88, 99, 0, length: 24, .reserved),
        Block(192, 168, 0, 0, length: 16, .private),
        Block(198, 18, 0, 0, length: 15, .reserved),
        Block(198, 51, 100, 0, length: 24, .reserved),
        Block(203, 0, 113, 0, length: 24, .reserved),
        Block(224, 0, 0, 0, length: 4, .multicast),
        Block(255, 255, 255, 255, length: 32, .broadcast),
        Block(240, 0, 0, 0, length: 4, .reserved),
    ]

    /// Link-local or not, these answer with credentials: AWS, Azure, GCP and others; ECS tasks; Alibaba; Azure's host; Oracle; AWS over IPv6.
    private static let metadataAddresses: Set<IPAddress> = [
        .v4(0xa9fe_a9fe), .v4(0xa9fe_aa02), .v4(0x6464_64c8), .v4(0xa83f_8110), .v4(0xc000_00c0), .v6(0xfd00_0ec2_0000_0000, 0x254),
    ]

    // MARK: IPv6

    private static func classOf(v6 high: UInt64, _ low: UInt64) -> AddressClass {
        if metadataAddresses.contains(.v6(high, low)) { return .metadata }
        if let embedded = classOfEmbedded(high, low) { return embedded }
        switch high >> 48 {
        case 0xff00...0xffff: return .multicast
        case 0xfe80...0xfebf: return .linkLocal
        case 0xfec0...0xfeff, 0xfc00...0xfdff: return .private
        case 0x2000...0x3fff: return isReservedUnicast(high) ? .reserved : .global
        default: return .reserved
        }
    }

    /// IETF protocol assignments with Teredo, documentation: inside 2000::/3, but nobody's.
    private static func isReservedUnicast(_ high: UInt64) -> Bool {
        high >> 41 == 0x2001_0000 >> 9 || high >> 32 == 0x2001_0db8 || high >> 44 == 0x3fff0
    }

    /// IPv6 addresses that lead to an IPv4 one are judged by that: a translator on the way would take the connection there.
    private static func classOfEmbedded(_ high: UInt64, _ low: UInt64) -> AddressClass? {
        let tail = UInt32(truncatingIfNeeded: low)
        if high == 0 {
            switch low >> 32 {
            case 0 where tail == 0: return .unspecified
            case 0 where tail == 1: return .loopback
            // IPv4-compatible (deprecated), mapped, and translated (SIIT) ones.
            case 0, 0xffff, 0xffff_0000: return classOf(v4: tail)
            default: return .reserved
            }
        }
        // NAT64 (RFC 6052); its block for local use may lead anywhere inside (RFC 8215).
        if high == 0x0064_ff9b_0000_0000 && low >> 32 == 0 { return classOf(v4: tail) }
        if high >> 16 == 0x0064_ff9b_0001 { return .private }
        // 6to4 (RFC 3056).
        if high >> 48 == 0x2002 { return worst(classOf(v4: UInt32(truncatingIfNeeded: high >> 16)), interfaceClass(low)) }
        let interface = interfaceClass(low)
        return interface == .global ? nil : interface
    }

    /// ISATAP (RFC 5214): the IPv4 address stands in the interface identifier.
    private static func interfaceClass(_ low: UInt64) -> AddressClass {
        let mark = low >> 32
        return mark == 0x0000_5efe || mark == 0x0200_5efe ? classOf(v4: UInt32(truncatingIfNeeded: low)) : .global
    }

    private static func worst(_ a: AddressClass, _ b: AddressClass) -> AddressClass { a == .global ? b : a }
}
