import Testing

@testable import GatehouseWire

@Suite struct ProxyProtocolTests {
    private static func header(_ source: String, _ destination: String) -> ProxyHeader {
        ProxyHeader(
            source: .init(address: IPAddress(source)!, port: 56324), destination: .init(address: IPAddress(destination)!, port: 443))
    }

    @Test(arguments: [header("192.0.2.1", "192.0.2.2"), header("2001:db8::1", "::1"), ProxyHeader()])
    func `a header of version 1 goes both ways, and every cut of it waits`(_ header: ProxyHeader) {
        let buffer = ByteBuffer()
        header.appendText(to: buffer)
        #expect(ProxyProtocol.parse(buffer.readable) == .complete(header, consumed: buffer.count))
        for length in 0..<buffer.count { #expect(ProxyProtocol.parse(buffer.readable.extracting(0..<length)) == .needMore) }
    }

    @Test(arguments: [header("192.0.2.1", "192.0.2.2"), header("2001:db8::1", "::1"), ProxyHeader()])
    func `a header of version 2 goes both ways, and every cut of it waits`(_ plain: ProxyHeader) {
        var header = plain
        if header.source != nil {
            header.appendVector(ProxyHeader.VectorType.authority, Array("example.com".utf8))
            header.appendVector(0xea, [1, 2])
            header.appendVector(ProxyHeader.VectorType.ssl, [7, 0, 0, 1, 0, 0x21, 0, 2, 65, 66, 0x22, 0, 1, 67])
        }
        let buffer = ByteBuffer()
        header.appendBinary(to: buffer)
        #expect(ProxyProtocol.parse(buffer.readable) == .complete(header, consumed: buffer.count))
        for length in 0..<buffer.count { #expect(ProxyProtocol.parse(buffer.readable.extracting(0..<length)) == .needMore) }
        guard header.source != nil else { return }
        #expect(header.vector(named: "authority") == Array("example.com".utf8))
        #expect(header.vector(named: "0xea") == [1, 2] && header.vector(named: "0xEA") == [1, 2])
        #expect(header.vector(named: "ssl_verify") == Array("256".utf8))
        #expect(header.vector(named: "ssl_version") == [65, 66] && header.vector(named: "ssl_cn") == [67])
        #expect(header.vector(named: "ssl_0x22") == [67] && header.vector(named: "alpn") == nil && header.vector(named: "foo") == nil)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n",
        "PROXY TCP5 1.1.1.1 1.1.1.1 1 1\r\n",
        "PROXY TCP4 ::1 ::1 1 1\r\n", "PROXY TCP4 1.1.1.1 1.1.1.1 1 1\n\n", "PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n",
        "PROXY TCP4 1.1.1.1 1.1.1.1 1 1 \r\n",
        "PROXY \r\n", "PROXYTCP4", "PROXY TCP4 1.1.1.1 1.1.1.1 -1 1\r\n", "PROXY " + String(repeating: "x", count: 120), "\r\n\r\nGET",
    ])
    func `a broken header is refused`(_ text: String) {
        guard case .invalid = ProxyProtocol.parse(Array(text.utf8).span) else {
            Issue.record("taken")
            return
        }
    }

    @Test(
        arguments: [
            ([0x31, 0x11, 0, 12], false), ([0x21, 0x11, 0, 4], false), ([0x21, 0x21, 0, 12], false), ([0x21, 0x11, 0xff, 0xff], false),
            ([0x20, 0x11, 0, 12], true), ([0x21, 0x12, 0, 12], true), ([0x21, 0x31, 0, 12], true), ([0x21, 0x00, 0, 0], true),
        ] as [([UInt8], Bool)])
    func `unknown versions and short addresses are refused, other kinds skipped`(_ fixed: [UInt8], _ isTaken: Bool) {
        let bytes = ProxyProtocol.signature + fixed + [UInt8](repeating: 1, count: 12)
        switch ProxyProtocol.parse(bytes.span) {
        case .complete(let header, _): #expect(isTaken && header.source == nil)
        case .invalid: #expect(!isTaken)
        case .needMore: Issue.record("waits")
        }
    }
}
