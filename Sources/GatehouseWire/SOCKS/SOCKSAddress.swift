/// Addresses as SOCKS5 writes them (RFC 1928 §5): a type, then four bytes, sixteen, or a name behind its length.
enum SOCKSAddress {
    /// The bytes of an address behind its type.
    /// - Parameter first: the first of them, which counts those of a name.
    /// - Returns: `nil` for an unknown type.
    static func length(type: UInt8, first: UInt8) -> Int? {
        switch type {
        case 1: 4
        case 3: 1 + Int(first)
        case 4: 16
        default: nil
        }
    }

    /// As an authority has it: in lower case, IPv6 addresses in brackets; `nil` for what is no name.
    /// - Parameter bytes: as many as `length` said.
    static func host(type: UInt8, _ bytes: Span<UInt8>) -> [UInt8]? {
        if type != 3 {
            guard let address = IPAddress(networkBytes: bytes) else { return nil }
            return address.isV4 ? address.text : [UInt8(ascii: "[")] + address.text + [UInt8(ascii: "]")]
        }
        let name = (1..<bytes.count).map { bytes[$0] }
        if let address = IPAddress(name), !address.isV4 { return [UInt8(ascii: "[")] + address.text + [UInt8(ascii: "]")] }
        var host: [UInt8] = []
        // What is no name cannot be looked up; a port in it is no name either.
        guard !name.contains(UInt8(ascii: ":")), case .valid = HostName.parse(name, into: &host) else { return nil }
        return host
    }

    /// Type, address and port.
    static func bytes(of address: IPAddress, port: UInt16) -> [UInt8] {
        [address.isV4 ? 1 : 4] + address.networkBytes + [UInt8(port >> 8), UInt8(truncatingIfNeeded: port)]
    }
}
