import Testing

@testable import GatehouseWire

@Suite struct RequestHeadParserTests {
    typealias Outcome = RequestHeadParser.Result

    private func parse(_ text: String, _ limits: RequestHeadParser.Limits = .init()) -> (Outcome, RequestHead) {
        var parser = RequestHeadParser(limits: limits)
        var head = RequestHead()
        let result = parser.parse(Array(text.utf8).span, into: &head)
        return (result, head)
    }

    private func parseCut(_ text: String, at cuts: [Int]) -> (Outcome, RequestHead) {
        let bytes = Array(text.utf8)
        var parser = RequestHeadParser()
        var head = RequestHead()
        for cut in cuts + [bytes.count] {
            let result = parser.parse(bytes.span.extracting(0..<cut), into: &head)
            _ = head.requestLine
            _ = head.fields.description
            if result != .needMore { return (result, head) }
        }
        return (.needMore, head)
    }

    private static let full = """
        POST /path/x?y=1 HTTP/1.1\r\nHost: Example.COM.:8080\r\nConnection: keep-alive, Upgrade\r\nUpgrade:websocket\r
        Content-Length: 5\r\nX-Custom:  some value \t\r\nExpect: 100-Continue\r\nEmpty:\r\n\r\nhello
        """

    @Test func `a complete head gives its parts`() {
        let (result, head) = parse(Self.full)
        #expect(result == .complete(consumed: Self.full.utf8.count - 5))
        #expect(head.method == .post)
        #expect(head.version == .http11)
        #expect(head.target == Array("/path/x?y=1".utf8))
        #expect(head.requestLine == Array("POST /path/x?y=1 HTTP/1.1".utf8))
        #expect(head.protocolName == Array("HTTP/1.1".utf8))
        #expect(head.host == Array("example.com".utf8))
        #expect(head.hostPort == 8080)
        #expect(head.contentLength == 5)
        #expect(head.keepsAlive && head.requestsUpgrade && head.expectsContinue && !head.isChunked)
        #expect(head.fields.count == 7)
        #expect(head.fields.first(named: Array("x-custom".utf8)).map { Array(head.fields.bytes[$0]) } == Array("some value".utf8))
        #expect(head.fields.value(at: 6).isEmpty)
        #expect(BodyLength.ofRequest(head) == .fixed(5))
    }

    @Test func `a head cut at any byte gives the same as in one piece`() {
        let (whole, expected) = parse(Self.full)
        for cut in 0...Self.full.utf8.count {
            let (result, head) = parseCut(Self.full, at: [cut])
            #expect(result == whole, "cut at \(cut)")
            #expect(head.fields.description == expected.fields.description)
            #expect(head.target == expected.target && head.host == expected.host)
        }
    }

    @Test func `a head that comes byte by byte gives the same as in one piece`() {
        let (whole, expected) = parse(Self.full)
        let (result, head) = parseCut(Self.full, at: Array(0...Self.full.utf8.count))
        #expect(result == whole)
        #expect(head.fields.description == expected.fields.description)
        #expect(head.requestLine == expected.requestLine)
    }

    @Test func `one parser and one head serve request after request`() {
        var parser = RequestHeadParser()
        var head = RequestHead()
        let buffer = ByteBuffer()
        buffer.append("GET /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n\r\n\nGET /2 HTTP/1.0\nA: b\n\n")
        guard case .complete(let first) = parser.parse(buffer.readable, into: &head) else {
            Issue.record("incomplete")
            return
        }
        #expect(head.isChunked)
        buffer.consume(first)
        #expect(parser.parse(buffer.readable, into: &head) == .complete(consumed: buffer.count))
        #expect(head.target == Array("/2".utf8))
        #expect(!head.isChunked && !head.keepsAlive && head.host == nil && head.fields.count == 1)
        #expect(head.requestLine == Array("GET /2 HTTP/1.0".utf8))
    }

    @Test(arguments: [
        ("GET / HTTP/1.0\n\n", "/"), ("GET  /  HTTP/1.1  \r\nHost:a\r\n\r\n", "/"), ("OPTIONS * HTTP/1.1\nHost: a\n\n", "*"),
        ("GET http://x HTTP/1.0\n\n", "http://x"), ("GET http://[::1]:81/?a HTTP/1.0\n\n", "http://[::1]:81/?a"),
        ("CONNECT a:443 HTTP/1.1\nHost: a:443\n\n", "a:443"), ("GET /\u{e9} HTTP/1.15\nHost: a\n\n", "/\u{e9}"),
        ("X-_ / HTTP/1.1\nHost: a\n\n", "/"), ("\r\n\n\r\nGET / HTTP/1.1\nHost: a\n\n", "/"),
        ("GET / HTTP/1.1\nHost: a\n</kie>: dropped\nx_y: dropped\n\n", "/"),
        ("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: CHUNKED\n\n", "/"), ("GET / HTTP/1.1\nHost: [fe80::1]:1\n\n", "/"),
    ])
    func `heads nginx takes are taken`(_ text: String, _ target: String) {
        var limits = RequestHeadParser.Limits()
        limits.allowsConnect = true
        let (result, head) = parse(text, limits)
        #expect(result == .complete(consumed: text.utf8.count))
        #expect(head.target == Array(target.utf8))
        #expect(!head.fields.description.contains("dropped"))
    }

    private static let hostile: [(String, Int)] = [
        ("get / HTTP/1.1\r\nHost: a\r\n\r\n", 400), (" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GE T / HTTP/1.1\r\n\r\n", 400),
        ("GET /\r\n", 400), ("GET / \r\n", 400), ("GET\r\n\r\n", 400), ("GET /a b HTTP/1.1\r\n\r\n", 400), ("GET /\u{1} HTTP/1.1\r\n", 400),
        ("GET /\t HTTP/1.1\r\n\r\n", 400), ("GET /\u{7f} HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1 x\r\n\r\n", 400),
        ("GET / HTTP/0.9\r\n\r\n", 400), ("GET / HTTP/2.0\r\n\r\n", 505), ("GET / HTTP/3\r\n\r\n", 505), ("GET / HTTP/1\r\n\r\n", 400),
        ("GET / HTTP/1.\r\n\r\n", 400), ("GET / HTTP/1.1234\r\n\r\n", 400), ("GET / http/1.1\r\n\r\n", 400), ("GET / HTTP/11\r\n", 505),
        ("GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("GET ?a HTTP/1.1\r\n\r\n", 400),
        ("GET http:/a HTTP/1.1\r\n\r\n", 400), ("GET http:// HTTP/1.1\r\n\r\n", 400), ("GET http://a@b/ HTTP/1.1\r\n\r\n", 400),
        ("GET http://a:x/ HTTP/1.1\r\n\r\n", 400), ("GET http://a#b HTTP/1.1\r\n\r\n", 400), ("CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("CONNECT a:0 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("CONNECT a:65536 HTTP/1.1\r\nHost: a\r\n\r\n", 400), ("CONNECT a:1 HTTP/1.0\r\n\r\n", 405),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 405), ("TRACE / HTTP/1.0\r\n\r\n", 405),
        ("CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n", 405), ("GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a..b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: .\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a:b\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400),
        ("GET http://a/ HTTP/1.1\r\nHost: b/c\r\n\r\n", 400), ("GET http://a/ HTTP/1.1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", 400), ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775808\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", 501), ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", 400), ("GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\n: a\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\0c\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nA: b\u{b}\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nA: b\rc\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\nA: b\r\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nA\u{2}: b\r\n\r\n", 400), ("GET / HTTP/1.1\r\nHost: a\r\n\rX\n", 400), ("\u{16}\u{3}\u{1}", 400),
        ("GET / HTTP/1.1\r\nHost: a\r\nIf-Match: b\r\nIf-Match: b\r\n\r\n", 400),
    ]

    @Test(arguments: hostile) func `a hostile head is refused, however it is cut`(_ text: String, _ status: Int) {
        guard case .rejected(let error) = parse(text).0 else {
            Issue.record("taken")
            return
        }
        #expect(error.status == status, "\(error.reason)")
        for cut in 0...text.utf8.count {
            guard case .rejected(let again) = parseCut(text, at: [cut]).0 else {
                Issue.record("taken when cut at \(cut)")
                continue
            }
            #expect(again.status == status, "cut at \(cut): \(again.reason)")
        }
    }

    @Test func `names outside of nginx's alphabet are kept if it was told so, unless they are no tokens`() {
        var limits = RequestHeadParser.Limits()
        limits.ignoresInvalidNames = false
        #expect(parse("GET / HTTP/1.0\nx_foo: 1\n.foo: 2\n\n", limits).1.fields.count == 2)
        guard case .rejected(let error) = parse("GET / HTTP/1.0\n</kie>: 1\n\n", limits).0 else {
            Issue.record("taken")
            return
        }
        #expect(error.status == 400)
        limits.ignoresInvalidNames = true
        limits.allowsUnderscores = true
        #expect(parse("GET / HTTP/1.0\nx_foo: 1\n_foo: 2\n.foo: 3\n\n", limits).1.fields.count == 2)
    }

    @Test func `limits on lines, bytes and fields have their own answers`() {
        var limits = RequestHeadParser.Limits()
        limits.lineLength = 32
        limits.totalBytes = 64
        limits.fieldCount = 2
        func status(_ text: String) -> Int? {
            guard case .rejected(let error) = parse(text, limits).0 else { return nil }
            return error.status
        }
        #expect(status("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") == 414)
        #expect(status("GET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.0\n\n") == 414)
        #expect(status("GET / HTTP/1.0\nA: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") == 494)
        #expect(status("GET / HTTP/1.0\nA: aaaaaaaaaaaaaaaaaaaaaaaa\nA: aaaaaaaaaaaaaaaaaaaaaaaa") == 494)
        #expect(status("GET / HTTP/1.0\nA: a\nA: a\nA: a\n\n") == 494)
        #expect(status("GET / HTTP/1.0\nA: a\nA: a\n\n") == nil)
        #expect(status(String(repeating: "\r\n", count: 33)) == 400)
    }

    @Test func `the target of a request line has precedence over the Host field`() {
        let (_, head) = parse("GET http://Localhost:8080?a#b HTTP/1.1\nHost: other:9000\n\n")
        #expect(head.host == Array("localhost".utf8))
        #expect(head.hostPort == 8080)
        #expect(head.originTarget == Array("?a#b".utf8))
        #expect(head.form == .absolute(scheme: Array("http".utf8), authority: Array("Localhost:8080".utf8)))
        #expect(parse("GET http://x HTTP/1.0\n\n").1.originTarget == Array("/".utf8))
    }

    @Test func `a refused first line can still be logged`() {
        let (_, head) = parse("get /x HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(head.requestLine == Array("get /x HTTP/1.1".utf8))
        let (_, second) = parse("GET /x HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n")
        #expect(second.requestLine == Array("GET /x HTTP/1.1".utf8))
        #expect(second.fields.count == 1)
    }

    @Test(arguments: [
        ("HTTP/1.1", "close", false), ("HTTP/1.1", "Keep-Alive", true), ("HTTP/1.0", "keep-alive", true), ("HTTP/1.0", "foo", false),
        ("HTTP/1.1", "foo , CLOSE,bar", false), ("HTTP/1.1", "closed", true), ("HTTP/1.0", "keep-alive, close", false),
    ])
    func `the Connection field decides about keeping the connection`(_ version: String, _ value: String, _ keeps: Bool) {
        #expect(parse("GET / \(version)\nHost: a\nConnection: \(value)\n\n").1.keepsAlive == keeps)
    }
}
