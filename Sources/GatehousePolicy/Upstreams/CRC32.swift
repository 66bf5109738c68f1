/// The checksum of zlib and Ethernet (reflected polynomial 0xEDB88320), by which nginx's `hash` spreads keys.
package struct CRC32: Sendable {
    private var state: UInt32 = .max

    package init() {}

    package var value: UInt32 { ~state }

    package mutating func update(_ byte: UInt8) {
        state = Self.table[Int((state ^ UInt32(byte)) & 0xff)] ^ (state >> 8)
    }

    package mutating func update(_ bytes: Span<UInt8>) {
        for index in bytes.indices { update(bytes[index]) }
    }

    /// The digits of a number, as text.
    package mutating func update(decimal number: Int) {
        for digit in String(number).utf8 { update(digit) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { word, _ in word & 1 == 1 ? (word >> 1) ^ 0xEDB8_8320 : word >> 1 }
    }
}
