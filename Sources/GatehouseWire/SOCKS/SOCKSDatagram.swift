/// What stands before the payload of each datagram between a SOCKS5 client and the proxy's relay (RFC 1928 §7).
///
/// ```
/// reserved (2) │ fragment (1) │ type (1) │ address │ port (2) │ payload
/// ```
package enum SOCKSDatagram {
    package enum Result: Sendable, Equatable {
        /// - Parameters:
        ///   - host: in lower case, IPv6 addresses in brackets.
        ///   - payload: where it begins; it may be empty.
        case datagram(host: [UInt8], port: Int, payload: Int)
        case malformed(Fault)
    }

    /// Why a datagram is dropped, for the log.
    package enum Fault: String, Sendable, Equatable, CaseIterable {
        case short = "is cut short"
        case reserved = "has reserved bytes that are not zero"
        /// "An implementation that does not support fragmentation MUST drop any datagram whose FRAG field is other than X'00'."
        case fragment = "is a fragment"
        case addressType = "has an unknown address type"
        case name = "names no valid destination"
    }

    /// The longest head: that of a name of 255 bytes.
    package static let longestHead = 4 + 256 + 2

    /// Reads the head of a whole datagram.
    package static func parse(_ input: Span<UInt8>) -> Result {
        guard input.count >= 5 else { return .malformed(.short) }
        if input[0] != 0 || input[1] != 0 { return .malformed(.reserved) }
        if input[2] != 0 { return .malformed(.fragment) }
        guard let length = SOCKSAddress.length(type: input[3], first: input[4]) else { return .malformed(.addressType) }
        let end = 4 + length + 2
        guard input.count >= end else { return .malformed(.short) }
        let port = Int(input[end - 2]) << 8 | Int(input[end - 1])
        guard port > 0, let host = SOCKSAddress.host(type: input[3], input.extracting(4..<4 + length)) else { return .malformed(.name) }
        return .datagram(host: host, port: port, payload: end)
    }

    /// The head of a datagram that came from `address`.
    package static func head(from address: IPAddress, port: UInt16) -> [UInt8] { [0, 0, 0] + SOCKSAddress.bytes(of: address, port: port) }
}
