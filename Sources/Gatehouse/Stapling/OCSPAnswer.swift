import GatehouseWire

/// What a responder has sent until it closed the connection.
enum OCSPAnswer {
    /// No answer about one certificate is larger.
    static let mostBytes = 64 << 10

    /// The body of a whole answer with status 200 and the right type.
    static func body(of received: ByteBuffer) -> Result<[UInt8], OCSPFailure> {
        if received.count > mostBytes { return .failure(OCSPFailure("the responder sent more than \(mostBytes) bytes")) }
        var parser = ResponseHeadParser()
        parser.limits.totalBytes = mostBytes
        var head = ResponseHead()
        switch parser.parse(received.readable, into: &head) {
        case .needMore: return .failure(OCSPFailure("the responder closed the connection before the header was complete"))
        case .rejected(let error): return .failure(OCSPFailure(error.reason))
        case .complete(let consumed):
            if head.status != 200 { return .failure(OCSPFailure("the responder answered with status \(head.status)")) }
            let body = Array(received.bytes()[consumed...])
            if head.isChunked || head.contentLength.map({ $0 != body.count }) ?? false {
                return .failure(OCSPFailure("the responder closed the connection before the answer was complete"))
            }
            return .success(body)
        }
    }
}
