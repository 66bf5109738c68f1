/// How long the body of a message is (RFC 9112 §6.3).
package enum BodyLength: Equatable, Sendable {
    case none
    /// In bytes; may be zero.
    case fixed(Int)
    case chunked
    case untilClose

    /// A request without either field has no body.
    package static func ofRequest(_ head: RequestHead) -> BodyLength {
        if head.isChunked { return .chunked }
        guard let length = head.contentLength else { return .none }
        return length == 0 ? .none : .fixed(length)
    }

    /// Interim responses, 204 and 304, answers to HEAD and successful answers to CONNECT have none whatever their fields say.
    package static func ofResponse(head: ResponseHead, requestMethod: HTTPMethod) -> BodyLength {
        ofResponse(status: head.status, isChunked: head.isChunked, contentLength: head.contentLength, requestMethod: requestMethod)
    }

    /// The same from what of the head decides.
    package static func ofResponse(status: Int, isChunked: Bool, contentLength: Int?, requestMethod: HTTPMethod) -> BodyLength {
        switch status {
        case 100..<200, 204, 304: return .none
        case 200..<300 where requestMethod == .connect: return .none
        default: break
        }
        if requestMethod == .head { return .none }
        if isChunked { return .chunked }
        return contentLength.map { .fixed($0) } ?? .untilClose
    }

    /// The number in a `Content-Length`: digits only, nil where there are none, other bytes, or too many for an `Int`.
    static func parse(contentLength bytes: [UInt8], _ range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        var length = 0
        for i in range {
            guard ByteClass.isDigit(bytes[i]) else { return nil }
            let (tenfold, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int(bytes[i] - UInt8(ascii: "0")))
            guard !overflow && !carry else { return nil }
            length = sum
        }
        return length
    }
}
