/// Percent-encoding as nginx does it; each kind leaves other bytes alone.
package enum URIEscaping {
    package enum Kind: Sendable, CaseIterable {
        /// A path: what `proxy_pass` with a URI and redirects write.
        case uri
        /// The part behind the question mark.
        case args
        /// One component: everything but unreserved characters.
        case component
        /// A whole URI inside of a `Location` or HTML: `%`, `?` and `#` are escaped less.
        case html
        /// A URI in a `Refresh` or a redirect that is already escaped.
        case refresh
    }

    /// Whether `byte` has to be escaped. Controls and bytes from 127 on always have to.
    @inline(__always) static func escapes(_ kind: Kind, _ byte: UInt8) -> Bool {
        let plain: ByteSet =
            switch kind {
            case .uri: ByteSet(words: (0x2fff_ffd2_0000_0000, 0x47ff_fffe_afff_ffff, 0, 0))
            case .args: ByteSet(words: (0x27ff_f792_0000_0000, 0x47ff_fffe_afff_ffff, 0, 0))
            case .component: ByteSet(words: (0x03ff_6000_0000_0000, 0x47ff_fffe_87ff_fffe, 0, 0))
            case .html: ByteSet(words: (0xafff_ff52_0000_0000, 0x47ff_fffe_afff_ffff, 0, 0))
            case .refresh: ByteSet(words: (0xafff_ff7a_0000_0000, 0x27ff_fffe_afff_ffff, 0, 0))
            }
        return !plain.contains(byte)
    }

    /// The text with every byte that the kind does not allow written as `%XX`.
    package static func escape(_ bytes: [UInt8], _ kind: Kind) -> [UInt8] {
        guard bytes.contains(where: { escapes(kind, $0) }) else { return bytes }
        var escaped: [UInt8] = []
        escaped.reserveCapacity(bytes.count + bytes.count / 2)
        for byte in bytes {
            if escapes(kind, byte) {
                escaped.append(UInt8(ascii: "%"))
                escaped.append(hexDigit(byte >> 4))
                escaped.append(hexDigit(byte & 15))
            } else {
                escaped.append(byte)
            }
        }
        return escaped
    }

    /// The text with `%XX` decoded. A percent sign without two digits is left out with its first broken byte kept, as nginx does.
    package static func unescape(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(UInt8(ascii: "%")) else { return bytes }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var i = 0
        while i < bytes.count {
            guard bytes[i] == UInt8(ascii: "%") else {
                text.append(bytes[i])
                i += 1
                continue
            }
            guard i + 1 < bytes.count else { break }
            guard let high = ByteClass.hexValue(bytes[i + 1]) else {
                text.append(bytes[i + 1])
                i += 2
                continue
            }
            if i + 2 < bytes.count, let low = ByteClass.hexValue(bytes[i + 2]) { text.append(high << 4 | low) }
            i += 3
        }
        return text
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? value + 48 : value + 55 }
}
