import GatehouseWire
import Testing

@testable import Gatehouse

@Suite struct OCSPAnswerTests {
    @Test(arguments: [
        "HTTP/1.0 200 OK\r\nContent-Type: application/ocsp-response\r\n\r\nbody", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
    ])
    func `a whole answer with status 200 has a body`(_ text: String) {
        #expect(Self.body(text) == .success(Array("body".utf8)))
    }

    @Test(arguments: [
        ("HTTP/1.0 200 OK\r\nContent-Len", "the responder closed the connection before the header was complete"),
        ("HTTP/1.0 500 No\r\n\r\n", "the responder answered with status 500"),
        ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nbody", "the responder closed the connection before the answer was complete"),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "the responder closed the connection before the answer was complete"
        ),
        ("SSH-2.0-x\r\n", "upstream sent no valid HTTP/1.0 header"),
        ("HTTP/1.0 200 OK\r\n\r\n" + String(repeating: "x", count: 65536), "the responder sent more than 65536 bytes"),
    ])
    func `nothing else has`(_ text: String, _ reason: String) {
        #expect(Self.body(text) == .failure(OCSPFailure(reason)))
    }

    @Test(arguments: ["https://ocsp.example/", "ocsp.example", "http://unix:/a:/", "http://h:0/", ""])
    func `only http URLs are asked`(_ url: String) {
        #expect(OCSPResponder(url) == nil)
        #expect(OCSPResponder("http://ocsp.example") != nil)
    }

    @Test(
        arguments: [
            ("http://o.example:81/ocsp", [0xfb, 0xff, 0xfe, 0x01], "GET /ocsp/%2B%2F%2F%2BAQ%3D%3D HTTP/1.0\r\nHost: o.example:81\r\n"),
            ("http://o.example", [0x00, 0x10, 0x83], "GET /ABCD HTTP/1.0\r\nHost: o.example\r\n"),
            ("http://o.example", [UInt8](repeating: 0, count: 192), "POST / HTTP/1.0\r\nHost: o.example\r\n"),
        ] as [(String, [UInt8], String)])
    func `short questions are in the path, long ones in the body`(_ url: String, _ question: [UInt8], _ begin: String) throws {
        let message = try #require(OCSPResponder(url)).message(question).bytes()
        #expect(message.starts(with: begin.utf8))
    }

    private static func body(_ text: String) -> Result<[UInt8], OCSPFailure> {
        let buffer = ByteBuffer(capacity: 64)
        buffer.append(Array(text.utf8))
        return OCSPAnswer.body(of: buffer)
    }
}
