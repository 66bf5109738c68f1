/// A domain name (RFC 1035 section 3.1), compared without regard to case. Never the root.
package struct DNSName: Hashable, Sendable {
    /// Labels with their lengths in front, ended by the root's zero; ASCII letters in lower case.
    package let wire: [UInt8]

    /// The longest name in its wire form. RFC 1035 says 255 bytes; nginx takes 255 characters, which are two bytes more.
    static let longestWire = 257
    static let longestLabel = 63

    /// For bytes that were checked: see `DNSReader`.
    init(checked wire: [UInt8]) {
        self.wire = wire
    }

    /// Reads `www.example.com`, with or without a last dot. Nil for an empty name or label, and where a length is exceeded.
    package init?(_ text: some Sequence<UInt8>) {
        var wire: [UInt8] = [0]
        var labelStart = 0
        for byte in text {
            if byte == UInt8(ascii: ".") {
                guard DNSName.closeLabel(at: labelStart, in: &wire) else { return nil }
                labelStart = wire.count
                wire.append(0)
            } else {
                wire.append(ByteClass.lowercase(byte))
            }
            if wire.count > DNSName.longestWire { return nil }
        }
        // After a last dot the open label is the root itself.
        if wire.count > labelStart + 1 {
            guard DNSName.closeLabel(at: labelStart, in: &wire) else { return nil }
            wire.append(0)
        }
        guard wire.count > 1, wire.count <= DNSName.longestWire else { return nil }
        self.wire = wire
    }

    package init?(_ text: String) {
        self.init(text.utf8)
    }

    private static func closeLabel(at start: Int, in wire: inout [UInt8]) -> Bool {
        let length = wire.count - start - 1
        guard length >= 1, length <= longestLabel else { return false }
        wire[start] = UInt8(length)
        return true
    }
}

extension DNSName {
    /// The name under which the name of an address is asked for: `4.3.2.1.in-addr.arpa` (RFC 1035 section 3.5) or 32 digits before
    /// `ip6.arpa` (RFC 3596 section 2.5).
    package init(reverseOf address: IPAddress) {
        var wire: [UInt8] = []
        for byte in address.networkBytes.reversed() {
            if address.isV4 {
                let digits = Array(String(byte).utf8)
                wire += [UInt8(digits.count)] + digits
            } else {
                wire += [1, DNSName.hexDigit(byte & 15), 1, DNSName.hexDigit(byte >> 4)]
            }
        }
        let zone: StaticString = address.isV4 ? "\u{7}in-addr\u{4}arpa\0" : "\u{3}ip6\u{4}arpa\0"
        self.init(checked: wire + Array(zone.description.utf8))
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? value + UInt8(ascii: "0") : value - 10 + UInt8(ascii: "a")
    }
}

extension DNSName: CustomStringConvertible {
    /// The labels with dots between them, for people: a label may itself hold any byte.
    package var description: String {
        var text: [UInt8] = []
        var position = 0
        while position < wire.count, wire[position] > 0 {
            if !text.isEmpty { text.append(UInt8(ascii: ".")) }
            let end = position + 1 + Int(wire[position])
            text += wire[position + 1..<end]
            position = end
        }
        return String(decoding: text, as: UTF8.self)
    }
}
