import Testing

@testable import GatehouseWire

/// Replays seeds through the fuzzer's entries, each with bytes changed by a generator whose seed is fixed.
@Suite struct WireFuzzTests {
    private static let seeds = [
        "GET /a/../b%20c?d=e HTTP/1.1\r\nHost: example.com:80\r\nConnection: close\r\nCookie: a=b; c=d\r\n\r\n",
        "POST http://h:1/ HTTP/1.0\nContent-Length: 10\nX: \"a,b\"\n\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nVary: a, b\r\n\r\n",
        "5;a=b\r\nhello\r\n1\r\nx\r\n0\r\nX-T: 1\r\n\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n",
        "\r\n\r\n\0\r\nQUIT\n\u{21}\u{11}\0\u{c}aaaabbbbccdd",
        "0-1,5-,-3", "Sun, 06 Nov 1994 08:49:37 GMT", "2001:db8::1/32", "id=1; Path=/; Max-Age=\"3\"", "Sunday, 06-Nov-94 08:49:37 GMT",
    ]

    @Test(arguments: 0..<UInt64(40)) func `no input traps and no cut changes a message`(_ seed: UInt64) {
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        func random(_ limit: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(limit))
        }
        let alphabet = Array("\r\n\0 :;,%/.?#-=\"\\\t0123456789abcdefXPHT".utf8)
        for text in Self.seeds {
            var bytes = Array(text.utf8)
            for _ in 0..<random(6) {
                let position = random(bytes.count)
                switch random(3) {
                case 0: bytes[position] = alphabet[random(alphabet.count)]
                case 1: bytes.insert(alphabet[random(alphabet.count)], at: position)
                default: if bytes.count > 1 { bytes.remove(at: position) }
                }
            }
            WireFuzz.requestHead(bytes.span)
            WireFuzz.responseHead(bytes.span)
            WireFuzz.chunkedBody(bytes.span)
            WireFuzz.proxyHeader(bytes.span)
            WireFuzz.texts(bytes.span)
            WireFuzz.dnsMessage(bytes.span)
        }
    }
}
