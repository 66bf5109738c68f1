import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ForwardAdmissionTests {
    private static func head(_ line: String, _ fields: String = "") throws -> RequestHead {
        var head = RequestHead()
        var limits = RequestHeadParser.Limits()
        limits.allowsConnect = true
        var parser = RequestHeadParser(limits: limits)
        let text = Array("\(line) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n".utf8)
        let result = parser.parse(text.span, into: &head)
        try #require(result == .complete(consumed: text.count))
        return head
    }

    @Test(arguments: [
        ("GET http://Example.com/x", "example.com", 80, false), ("GET http://example.com:8080/", "example.com", 8080, false),
        ("GET http://[2001:db8::1]/", "[2001:db8::1]", 80, false), ("CONNECT example.com:443", "example.com", 443, true),
        ("GET http://example.com:443/", "example.com", 443, false), ("OPTIONS http://example.com", "example.com", 80, false),
        ("GET http://face.b00c/", "face.b00c", 80, false), ("GET http://3com.com/", "3com.com", 80, false),
    ])
    func `destinations are taken from the target`(line: String, host: String, port: Int, isTunnel: Bool) throws {
        let expected = ForwardDestination(host: Array(host.utf8), port: port, isTunnel: isTunnel)
        #expect(ForwardAdmission().admit(try Self.head(line), pseudonym: nil) == .admitted(expected))
    }

    @Test(arguments: [
        ("GET https://example.com/", ForwardRefusal.scheme), ("GET ftp://example.com/", .scheme), ("GET http://example.com:25/", .port),
        ("CONNECT example.com:80", .port), ("CONNECT example.com:22", .port), ("GET /x", .target), ("GET http://127.1/", .target),
        ("GET http://0x7f000001/", .target), ("GET http://2130706433/", .target), ("GET http://0177.0.0.1/", .target),
        ("GET http://1.2.3.4.5/", .target), ("GET http://256.1.1.1/", .target), ("CONNECT 0x7f.1:443", .target),
        ("GET http://a.0x/", .target),
    ])
    func `other places are refused`(line: String, expected: ForwardRefusal) throws {
        #expect(ForwardAdmission().admit(try Self.head(line), pseudonym: nil) == .refused(expected))
    }

    @Test func `methods beside the list are refused`() throws {
        var admission = ForwardAdmission()
        admission.methods = [Array("GET".utf8)]
        #expect(admission.admit(try Self.head("POST http://a/"), pseudonym: nil) == .refused(.method))
        #expect(admission.admit(try Self.head("CONNECT a:443"), pseudonym: nil) == .refused(.method))
    }

    @Test(arguments: [
        ("Via: 1.1 me\r\n", true), ("Via: 1.0 fred, 1.1 ME (Gatehouse)\r\n", true), ("Via: 1.1 a\r\nVia: HTTP/2 me\r\n", true),
        ("Via: 1.1 meme\r\n", false), ("Via: me\r\n", false), ("", false),
    ])
    func `a request that came through here before is a loop`(fields: String, isLoop: Bool) throws {
        let result = ForwardAdmission().admit(try Self.head("GET http://a/", fields), pseudonym: Array("me".utf8))
        #expect((result == .refused(.loop)) == isLoop)
    }

    @Test(arguments: [("80", 80...80), ("1-3", 1...3), ("0", nil), ("3-1", nil), ("65536", nil), ("", nil), ("1-", nil), ("+5", nil)])
    func `ports are numbers or ranges`(text: String, expected: ClosedRange<Int>?) {
        #expect(PortSet.range(text) == expected)
    }

    @Test func `what stands in Host agrees with the target`() {
        #expect(ForwardDestination(host: Array("a".utf8), port: 80, isTunnel: false).authority == Array("a".utf8))
        #expect(ForwardDestination(host: Array("[::1]".utf8), port: 81, isTunnel: false).authority == Array("[::1]:81".utf8))
    }

    @Test func `Proxy-Status names the proxy and the error`() {
        #expect(ProxyError.dnsError.fieldValue(name: Array("gatehouse".utf8)) == Array("gatehouse; error=dns_error".utf8))
        #expect(ProxyError.dnsError.fieldValue(name: Array("my \"p\"".utf8)) == Array("\"my \\\"p\\\"\"; error=dns_error".utf8))
    }
}
