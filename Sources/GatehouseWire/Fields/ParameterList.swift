/// A value with parameters, such as `text/html; charset="utf-8"` or `gzip;q=0.5` (RFC 9110 §5.6.6).
package struct ParameterList: Sendable, Equatable {
    /// What stands before the first semicolon.
    package let value: [UInt8]
    /// Names in lower case, values without quotes and escapes.
    package let parameters: [(name: [UInt8], value: [UInt8])]

    package init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

    package init(_ bytes: [UInt8], _ range: Range<Int>) {
        var list = FieldList(range, separator: UInt8(ascii: ";"))
        value = list.next(in: bytes).map { Array(bytes[$0]) } ?? []
        var found: [(name: [UInt8], value: [UInt8])] = []
        while let piece = list.next(in: bytes) {
            let equals = bytes[piece].firstIndex(of: UInt8(ascii: "=")) ?? piece.upperBound
            let name = FieldList.trim(piece.lowerBound..<equals, of: bytes)
            let content = FieldList.trim(min(equals + 1, piece.upperBound)..<piece.upperBound, of: bytes)
            found.append((bytes[name].map(ByteClass.lowercase), ParameterList.unquoted(bytes, content)))
        }
        parameters = found
    }

    /// The value of the first parameter with this name, which has to be in lower case.
    package subscript(_ name: String) -> [UInt8]? {
        parameters.first { $0.name.elementsEqual(name.utf8) }?.value
    }

    /// `q` in thousandths (RFC 9110 §12.4.2): 1000 where there is none, 0 where it is broken.
    package var quality: Int {
        guard let text = self["q"] else { return 1000 }
        guard let first = text.first, first == 48 || first == 49, text.count <= 5 else { return 0 }
        var quality = Int(first - 48) * 1000
        guard text.count > 1 else { return quality }
        guard text[1] == UInt8(ascii: ".") else { return 0 }
        var weight = 100
        for byte in text.dropFirst(2) {
            guard ByteClass.isDigit(byte) else { return 0 }
            quality += Int(byte - 48) * weight
            weight /= 10
        }
        return min(quality, 1000)
    }

    private static func unquoted(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8] {
        guard range.count >= 2, bytes[range.lowerBound] == UInt8(ascii: "\""), bytes[range.upperBound - 1] == UInt8(ascii: "\"") else {
            return Array(bytes[range])
        }
        var text: [UInt8] = []
        var isEscaped = false
        for byte in bytes[(range.lowerBound + 1)..<(range.upperBound - 1)] {
            if byte == UInt8(ascii: "\\") && !isEscaped {
                isEscaped = true
            } else {
                text.append(byte)
                isEscaped = false
            }
        }
        return text
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.value == right.value && left.parameters.elementsEqual(right.parameters) { $0.name == $1.name && $0.value == $1.value }
    }
}
