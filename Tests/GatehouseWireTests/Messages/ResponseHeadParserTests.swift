import Testing

@testable import GatehouseWire

@Suite struct ResponseHeadParserTests {
    private func parse(_ text: String, cut: Int? = nil, limit: Int = 4096) -> (ResponseHeadParser.Result, ResponseHead) {
        let bytes = Array(text.utf8)
        var parser = ResponseHeadParser()
        parser.limits.totalBytes = limit
        var head = ResponseHead()
        if let cut {
            let first = parser.parse(bytes.span.extracting(0..<cut), into: &head)
            _ = head.fields.description
            if first != .needMore { return (first, head) }
        }
        return (parser.parse(bytes.span, into: &head), head)
    }

    private static let good: [(String, Int, String, BodyLength)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", 200, "OK", .fixed(3)), ("HTTP/1.0 200\n\n", 200, "", .untilClose),
        ("HTTP/1.1 404 \r\nTransfer-Encoding: Chunked\r\n\r\n", 404, "", .chunked),
        ("HTTP/1.1 204 No\nContent-Length: 9\n\n", 204, "No", .none),
        ("HTTP/1.1 100 Continue\r\n\r\n", 100, "Continue", .none), ("HTTP/1.1  304 X\nx_y.z: 1\n\n", 304, "X", .none),
        ("HTTP/1.1 999 a\u{e9}\tb\r\nContent-Length: 0\r\n\r\n", 999, "a\u{e9}\tb", .fixed(0)),
    ]

    @Test(arguments: good)
    func `a response is read the same however it is cut`(_ text: String, _ status: Int, _ reason: String, _ body: BodyLength) {
        for cut in [nil] + (0...text.utf8.count).map({ $0 }) {
            let (result, head) = parse(text, cut: cut)
            #expect(result == .complete(consumed: text.utf8.count), "cut at \(cut ?? -1)")
            #expect(head.status == status && head.reason == Array(reason.utf8))
            #expect(BodyLength.ofResponse(head: head, requestMethod: .get) == body)
            #expect(BodyLength.ofResponse(head: head, requestMethod: .head) == .none)
        }
    }

    private static let hostile = [
        "", "garbage\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1200 OK\r\n\r\n", "HTTP/1. 200 OK\r\n\r\n", "HTTP/1.1 200 O\0K\r\n\r\n", "http/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: foo\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "HTTP/1.1 200 OK\r\n: b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA\u{e9}: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA<: b\r\n\r\n", "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
        "\r\nHTTP/1.1 200 OK\r\n\r\n",
    ]

    @Test(arguments: hostile.dropFirst()) func `a hostile response is refused, however it is cut`(_ text: String) {
        for cut in 0...text.utf8.count {
            guard case .rejected = parse(text, cut: cut).0 else {
                Issue.record("taken when cut at \(cut)")
                continue
            }
        }
    }

    @Test func `a head that outgrows its buffer is refused, complete or not`() {
        #expect(parse("HTTP/1.1 200 OK\r\nA: bbbbbbbbbbbbbbbb\r\n\r\n", limit: 20).0 == .rejected(.tooBig))
        #expect(parse("HTTP/1.1 200 OK\r\nA: bbbbbbbbbbbbbbbb", limit: 20).0 == .rejected(.tooBig))
        #expect(parse("HTTP/1.1 200 OKKKKKKKKKKKKKKK", limit: 20).0 == .rejected(.tooBig))
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: Close\n", false), ("HTTP/1.0", "", false),
        ("HTTP/1.0", "Connection: keep-alive\n", true),
    ])
    func `the upstream says whether its connection stays`(_ version: String, _ field: String, _ keeps: Bool) {
        #expect(parse("\(version) 200 OK\n\(field)\n").1.keepsAlive == keeps)
    }
}
