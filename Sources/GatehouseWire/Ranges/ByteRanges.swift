/// What a `Range` field asks of a body of known length (RFC 9110 §14), with nginx's answers.
package enum ByteRanges: Equatable, Sendable {
    /// Half-open ranges of the body, in the client's order; never empty.
    case satisfiable([Range<Int>])
    /// 416: broken syntax, or nothing of what is asked for exists.
    case unsatisfiable
    /// The whole body is sent: another unit, too many ranges, or more than the body itself.
    case ignored

    /// Reads the value of a `Range` field. `limit` is `max_ranges`; nil means no limit, and then overlapping ranges count as too much.
    package static func parse(_ value: [UInt8], length: Int, limit: Int? = nil) -> ByteRanges {
        guard value.count > 6, HeaderFields.matches(value, 0..<6, lowercase: "bytes=".utf8) else { return .ignored }
        if limit == 0 { return .ignored }
        var reader = Reader(value: value, position: 6)
        var ranges: [Range<Int>] = []
        var total = 0
        repeat {
            guard let range = reader.next(length: length) else { return .unsatisfiable }
            if !range.isEmpty {
                ranges.append(range)
                let (sum, overflow) = total.addingReportingOverflow(range.count)
                if overflow { return .unsatisfiable }
                total = sum
                if let limit, ranges.count > limit { return .ignored }
            } else if range.lowerBound == 0 {
                return .ignored
            }
        } while reader.skipComma()
        if ranges.isEmpty { return .unsatisfiable }
        if ranges.count == 1 { return .satisfiable(ranges) }
        // Without a limit, what the parts add around the ranges is bounded as well.
        if total > length || (limit == nil && ranges.count * 256 - 4096 > length - total) { return .ignored }
        return .satisfiable(ranges)
    }

    /// The value of `Content-Range` for one range.
    package static func contentRange(_ range: Range<Int>, length: Int) -> [UInt8] {
        Array("bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)".utf8)
    }

    /// The value of `Content-Range` in a 416.
    package static func unsatisfiedContentRange(length: Int) -> [UInt8] { Array("bytes */\(length)".utf8) }

    /// The head of one part of a multipart/byteranges body, with the boundary before it.
    package static func partHead(boundary: [UInt8], contentType: [UInt8]?, range: Range<Int>, length: Int) -> [UInt8] {
        var head = Array("\r\n--".utf8) + boundary + Array("\r\n".utf8)
        if let contentType { head += Array("Content-Type: ".utf8) + contentType + Array("\r\n".utf8) }
        return head + Array("Content-Range: ".utf8) + contentRange(range, length: length) + Array("\r\n\r\n".utf8)
    }

    /// What ends a multipart/byteranges body.
    package static func closing(boundary: [UInt8]) -> [UInt8] { Array("\r\n--".utf8) + boundary + Array("--\r\n".utf8) }

    /// Reads one range after the other.
    private struct Reader {
        let value: [UInt8]
        var position: Int

        /// The next range, cut to the body; empty where it lies behind its end. Nil for broken syntax.
        mutating func next(length: Int) -> Range<Int>? {
            skipSpaces()
            guard position < value.count else { return nil }
            if value[position] == UInt8(ascii: "-") {
                position += 1
                guard let count = number(), isAtEnd else { return nil }
                return max(0, length - count)..<length
            }
            guard let start = number() else { return nil }
            guard position < value.count, value[position] == UInt8(ascii: "-") else { return nil }
            position += 1
            skipSpaces()
            if isAtEnd { return start..<max(start, length) }
            guard let last = number(), isAtEnd else { return nil }
            return start..<max(start, last >= length ? length : last + 1)
        }

        private var isAtEnd: Bool { position == value.count || value[position] == UInt8(ascii: ",") }

        mutating func skipComma() -> Bool {
            guard position < value.count else { return false }
            position += 1
            return true
        }

        private mutating func skipSpaces() {
            while position < value.count, value[position] == 32 { position += 1 }
        }

        private mutating func number() -> Int? {
            let start = position
            while position < value.count, ByteClass.isDigit(value[position]) { position += 1 }
            let number = BodyLength.parse(contentLength: value, start..<position)
            skipSpaces()
            return number
        }
    }
}
