/// A block of addresses: an address and how many of its leading bits count.
package struct CIDR: Hashable, Sendable {
    /// The first address of the block.
    package let address: IPAddress
    package let prefixLength: Int
    /// Whether the text had bits set beyond the prefix: nginx warns "low address bits of … are meaningless".
    package let hadHostBits: Bool

    /// Nil where the prefix is longer than the address.
    package init?(_ address: IPAddress, prefixLength: Int) {
        guard prefixLength >= 0 && prefixLength <= address.bitWidth else { return nil }
        self.address = address.masked(to: prefixLength)
        self.prefixLength = prefixLength
        hadHostBits = self.address != address
    }

    /// Reads `192.0.2.0/24`, `2001:db8::/32`, or a single address.
    package init?(_ text: some StringProtocol) { self.init(Array(text.utf8)) }

    package init?(_ text: [UInt8]) {
        guard let slash = text.firstIndex(of: UInt8(ascii: "/")) else {
            guard let address = IPAddress(text) else { return nil }
            self.init(address, prefixLength: address.bitWidth)
            return
        }
        let digits = text[(slash + 1)...]
        guard let address = IPAddress(Array(text[..<slash])), (1...3).contains(digits.count),
            digits.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        self.init(address, prefixLength: digits.reduce(0) { $0 * 10 + Int($1 - 48) })
    }

    /// Whether `other` lies in the block. An IPv4-mapped IPv6 address is taken for the IPv4 address, as nginx does.
    package func contains(_ other: IPAddress) -> Bool {
        let candidate = address.isV4 ? other.unmapped : other
        return candidate.isV4 == address.isV4 && candidate.masked(to: prefixLength) == address
    }

    /// The last address of the block.
    package var last: IPAddress {
        switch (address, address.hostMask(prefixLength)) {
        case (.v4(let value), .v4(let mask)): .v4(value | mask)
        case (.v6(let high, let low), .v6(let highMask, let lowMask)): .v6(high | highMask, low | lowMask)
        default: address
        }
    }
}

extension CIDR: CustomStringConvertible {
    package var description: String { "\(address)/\(prefixLength)" }
}

extension IPAddress {
    /// The bits behind the first `prefixLength` ones, in an address of the same family.
    fileprivate func hostMask(_ prefixLength: Int) -> IPAddress {
        switch self {
        case .v4: .v4(UInt32.max >> UInt32(prefixLength))  // A shift by the full width gives zero.
        case .v6: .v6(UInt64.max >> UInt64(prefixLength), prefixLength <= 64 ? .max : .max >> UInt64(prefixLength - 64))
        }
    }

    /// The address with all but its first `prefixLength` bits cleared.
    package func masked(to prefixLength: Int) -> IPAddress {
        switch (self, hostMask(prefixLength)) {
        case (.v4(let value), .v4(let mask)): .v4(value & ~mask)
        case (.v6(let high, let low), .v6(let highMask, let lowMask)): .v6(high & ~highMask, low & ~lowMask)
        default: self
        }
    }
}
