import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// Makes a 206 of a 200 that allows ranges, where the request asks for some (RFC 9110 §14, `max_ranges`). Runs after the configured
/// fields were added, so that `If-Range` is held against what the client would get to see.
enum RangeFilter {
    /// - Returns: 416 where nothing of what is asked for exists.
    static func apply(to exchange: Exchange) -> Disposition? {
        guard exchange.response.allowsRanges, exchange.response.status == 200, let length = exchange.response.contentLength else {
            return nil
        }
        if exchange.settings.maxRanges == 0 { return nil }
        // An upstream's own claim gives way to ours.
        exchange.response.fields.remove(.acceptRanges)
        switch ranges(exchange, length: length) {
        case .ignored:
            exchange.response.fields.append(.acceptRanges, Array("bytes".utf8))
            return nil
        case .unsatisfiable:
            exchange.response.clearHead()
            exchange.response.fields.append(.contentRange, ByteRanges.unsatisfiedContentRange(length: length))
            return .status(416)
        case .satisfiable(let ranges):
            keep(ranges, of: length, exchange)
            return nil
        }
    }

    private static func ranges(_ exchange: Exchange, length: Int) -> ByteRanges {
        guard let value = exchange.head.fields.valueBytes(.range), isStillSame(exchange) else { return .ignored }
        // Only a body that can be read in any order can be sent in several parts.
        let limit = exchange.response.allowsManyRanges ? exchange.settings.maxRanges : 1
        return ByteRanges.parse(value, length: length, limit: limit)
    }

    /// `If-Range` (RFC 9110 §13.1.5).
    private static func isStillSame(_ exchange: Exchange) -> Bool {
        guard let condition = exchange.head.fields.valueBytes(.ifRange) else { return true }
        return Preconditions.allowsRange(
            ifRange: condition, date: HTTPDate.parse(condition) ?? -1, etag: exchange.response.fields.valueBytes(.etag),
            lastModified: HTTPDate.parse(exchange.response.lastModified))
    }

    private static func keep(_ ranges: [Range<Int>], of length: Int, _ exchange: Exchange) {
        let cut: RangeCut
        if ranges.count == 1 {
            cut = RangeCut([.range(ranges[0])])
            exchange.response.fields.append(.contentRange, ByteRanges.contentRange(ranges[0], length: length))
        } else {
            cut = parts(ranges, of: length, exchange)
        }
        exchange.response.status = 206
        exchange.response.reason = []
        exchange.response.contentLength = cut.length
        exchange.response.cut = cut
    }

    /// multipart/byteranges (RFC 9110 §14.6).
    private static func parts(_ ranges: [Range<Int>], of length: Int, _ exchange: Exchange) -> RangeCut {
        let digits = String(exchange.context.random.next() % 10_000_000_000)
        let boundary = Array((String(repeating: "0", count: 20 - digits.utf8.count) + digits).utf8)
        let type = exchange.response.contentType
        var pieces: [RangeCut.Piece] = []
        for range in ranges {
            let head = ByteRanges.partHead(boundary: boundary, contentType: type.isEmpty ? nil : type, range: range, length: length)
            pieces += [.text(head), .range(range)]
        }
        pieces.append(.text(ByteRanges.closing(boundary: boundary)))
        exchange.response.contentType = Array("multipart/byteranges; boundary=".utf8) + boundary
        return RangeCut(pieces)
    }
}
