/// A set of byte values as four words: membership is a shift and a mask, without memory or a branch per range.
public struct ByteSet: Sendable {
    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// The bytes of `text` and those in `ranges`.
    package init(_ text: String = "", ranges: ClosedRange<UInt8>...) {
        for byte in text.utf8 { insert(byte) }
        for range in ranges { for byte in range { insert(byte) } }
    }

    @inlinable init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    private mutating func insert(_ byte: UInt8) {
        let bit = UInt64(1) << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    @inlinable package func contains(_ byte: UInt8) -> Bool {
        let low = byte & 64 == 0
        let word = byte & 128 == 0 ? (low ? words.0 : words.1) : (low ? words.2 : words.3)
        return word &>> UInt64(byte & 63) & 1 == 1
    }
}

/// What a byte may be in HTTP's grammar. The words are literals so that they become constants in the code that tests them.
public enum ByteClass {
    /// Letters, digits and the hyphen: the names nginx takes without being asked.
    @inlinable static var plainName: ByteSet { ByteSet(words: (0x03ff_2000_0000_0000, 0x07ff_fffe_07ff_fffe, 0, 0)) }
    /// RFC 9110 `tchar`.
    @inlinable package static var token: ByteSet { ByteSet(words: (0x03ff_6cfa_0000_0000, 0x57ff_ffff_c7ff_fffe, 0, 0)) }
    /// Field content: everything but controls; the tab is allowed.
    @inlinable package static var value: ByteSet { ByteSet(words: (0xffff_ffff_0000_0200, 0x7fff_ffff_ffff_ffff, .max, .max)) }
    /// A request target as nginx takes it: everything but controls and the space.
    @inlinable static var target: ByteSet { ByteSet(words: (0xffff_fffe_0000_0000, 0x7fff_ffff_ffff_ffff, .max, .max)) }

    /// The value of a hexadecimal digit in either case.
    @inlinable package static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x37
        case 0x61...0x66: byte &- 0x57
        default: nil
        }
    }

    /// The ASCII lower-case form of `byte`.
    @inlinable package static func lowercase(_ byte: UInt8) -> UInt8 {
        byte &- 0x41 < 26 ? byte | 0x20 : byte
    }

    @inlinable package static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
}
