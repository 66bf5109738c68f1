/// What a PROXY protocol header says about the connection it stands before.
package struct ProxyHeader: Sendable, Equatable {
    package struct Endpoint: Sendable, Hashable {
        package var address: IPAddress
        package var port: UInt16

        package init(address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    /// Nil where the header names no addresses (`UNKNOWN`, LOCAL, other families): the connection's own hold.
    package var source: Endpoint?
    package var destination: Endpoint?
    /// The type-length-value vectors of version 2 as received; empty in version 1.
    package var vectors: [UInt8]

    package init(source: Endpoint? = nil, destination: Endpoint? = nil, vectors: [UInt8] = []) {
        self.source = source
        self.destination = destination
        self.vectors = vectors
    }

    /// The types of vectors (PROXY protocol §2.2).
    package enum VectorType {
        package static let alpn: UInt8 = 0x01
        package static let authority: UInt8 = 0x02
        package static let uniqueID: UInt8 = 0x05
        package static let ssl: UInt8 = 0x20
        package static let netns: UInt8 = 0x30
    }

    /// The value of the first vector of that type.
    package func vector(_ type: UInt8) -> [UInt8]? { ProxyHeader.vector(type, in: vectors[...]) }

    /// The value nginx's `$proxy_protocol_tlv_NAME` has: `alpn`, `authority`, `unique_id`, `ssl`, `netns`, `0x…`, and with `ssl_`
    /// before them `version`, `cn`, `cipher`, `sig_alg`, `key_alg`, `verify` and `0x…`.
    package func vector(named name: String) -> [UInt8]? {
        guard name.hasPrefix("ssl_") else {
            return ProxyHeader.type(named: name, in: ProxyHeader.vectorNames).flatMap { vector($0) }
        }
        // One byte of flags, four of the verification's result, then vectors again.
        guard let ssl = vector(VectorType.ssl), ssl.count >= 5 else { return nil }
        let field = String(name.dropFirst(4))
        if field == "verify" { return Array(String(ssl[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }).utf8) }
        return ProxyHeader.type(named: field, in: ProxyHeader.sslNames).flatMap { ProxyHeader.vector($0, in: ssl[5...]) }
    }

    /// Whether `vector(named:)` could ever find something under this name.
    package static func isKnownVector(_ name: String) -> Bool {
        guard name.hasPrefix("ssl_") else { return type(named: name, in: vectorNames) != nil }
        let field = String(name.dropFirst(4))
        return field == "verify" || type(named: field, in: sslNames) != nil
    }

    private static let vectorNames: [(String, UInt8)] = [
        ("alpn", VectorType.alpn), ("authority", VectorType.authority), ("unique_id", VectorType.uniqueID), ("ssl", VectorType.ssl),
        ("netns", VectorType.netns),
    ]

    private static let sslNames: [(String, UInt8)] = [
        ("version", 0x21), ("cn", 0x22), ("cipher", 0x23), ("sig_alg", 0x24), ("key_alg", 0x25),
    ]

    private static func type(named name: String, in names: [(String, UInt8)]) -> UInt8? {
        if name.hasPrefix("0x") { return UInt8(name.dropFirst(2), radix: 16) }
        return names.first { $0.0 == name }?.1
    }

    private static func vector(_ type: UInt8, in bytes: ArraySlice<UInt8>) -> [UInt8]? {
        var rest = bytes
        while rest.count >= 3 {
            let start = rest.startIndex
            let length = Int(rest[start + 1]) << 8 | Int(rest[start + 2])
            guard rest.count - 3 >= length else { return nil }
            if rest[start] == type { return Array(rest[(start + 3)..<(start + 3 + length)]) }
            rest = rest[(start + 3 + length)...]
        }
        return nil
    }
}
