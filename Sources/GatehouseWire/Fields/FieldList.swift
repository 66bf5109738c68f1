/// Walks over the elements of a comma-separated list (RFC 9110 §5.6.1): empty ones are skipped, white space around them is left
/// out, and commas inside quoted strings do not count.
package struct FieldList: Sendable {
    private var position: Int
    private let end: Int
    private let separator: UInt8

    /// Walks over the bytes in `range` of the array later handed to `next`.
    package init(_ range: Range<Int>, separator: UInt8 = UInt8(ascii: ",")) {
        position = range.lowerBound
        end = range.upperBound
        self.separator = separator
    }

    /// The range of the next element, nil at the end.
    package mutating func next(in bytes: [UInt8]) -> Range<Int>? {
        while position < end {
            let start = position
            let element = FieldList.trim(start..<elementEnd(in: bytes), of: bytes)
            position += 1
            if !element.isEmpty { return element }
        }
        return nil
    }

    /// Moves to the separator that ends the element, or to the end, and returns where that is.
    private mutating func elementEnd(in bytes: [UInt8]) -> Int {
        var isQuoted = false
        while position < end {
            let byte = bytes[position]
            if isQuoted && byte == UInt8(ascii: "\\") {
                position += 1
            } else if byte == UInt8(ascii: "\"") {
                isQuoted.toggle()
            } else if byte == separator && !isQuoted {
                return position
            }
            position += 1
        }
        position = end
        return end
    }

    /// `range` without the spaces and tabs at both ends.
    package static func trim(_ range: Range<Int>, of bytes: [UInt8]) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 32 || bytes[start] == 9 { start += 1 }
        while end > start, bytes[end - 1] == 32 || bytes[end - 1] == 9 { end -= 1 }
        return start..<end
    }

    /// All elements of a list, copied.
    package static func elements(of bytes: [UInt8]) -> [[UInt8]] {
        var list = FieldList(0..<bytes.count)
        var elements: [[UInt8]] = []
        while let range = list.next(in: bytes) { elements.append(Array(bytes[range])) }
        return elements
    }
}
