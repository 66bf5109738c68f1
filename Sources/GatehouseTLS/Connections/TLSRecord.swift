/// The first byte of a connection tells TLS from a plain request that was sent to the wrong port.
package enum TLSRecord {
    /// The record type `handshake` (RFC 8446 section 5.1).
    static let handshakeType: UInt8 = 22

    /// Whether a connection that begins with `byte` speaks TLS, or SSL 2 as very old clients open with.
    package static func canBegin(with byte: UInt8) -> Bool { byte == handshakeType || byte & 0x80 != 0 }
}
