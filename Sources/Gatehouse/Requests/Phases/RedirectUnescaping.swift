import GatehouseWire

/// What `rewrite … redirect` makes of its rendered target: escapes of printable characters in the path are taken back, as nginx does,
/// so that a target that came escaped in an argument works as one. Controls, spaces and bytes above ASCII stay escaped.
enum RedirectUnescaping {
    static func apply(to target: [UInt8]) -> [UInt8] {
        guard target.contains(UInt8(ascii: "%")) else { return target }
        var result: [UInt8] = []
        var position = 0
        while position < target.count {
            var byte = target[position]
            var width = 1
            if byte == UInt8(ascii: "%"), let decoded = escapedByte(target, position), decoded > UInt8(ascii: "%"), decoded < 0x7F {
                byte = decoded
                width = 3
            }
            result.append(byte)
            position += width
            // Arguments stay as they are.
            if byte == UInt8(ascii: "?") { break }
        }
        return result + target[position...]
    }

    private static func escapedByte(_ text: [UInt8], _ percent: Int) -> UInt8? {
        guard percent + 2 < text.count, let high = hex(text[percent + 1]), let low = hex(text[percent + 2]) else { return nil }
        return high << 4 | low
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
