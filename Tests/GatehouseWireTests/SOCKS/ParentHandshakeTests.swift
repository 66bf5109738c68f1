import GatehouseWire
import Testing

@Suite struct ParentHandshakeTests {
    private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

    /// What happens when the answer comes in pieces that end at `cuts`: all that was sent, and how it ended with the rest of the input.
    private static func run(_ handshake: ParentHandshake, _ input: [UInt8], cut: Int) -> (
        sent: [UInt8], end: ParentHandshake.Result, rest: [UInt8]
    ) {
        var handshake = handshake
        var sent = handshake.opening
        var start = 0
        for end in [cut, input.count] {
            while true {
                let rest = Array(input[start..<end])
                let result = handshake.read(rest.span)
                switch result {
                case .needMore: break
                case .send(let bytes, let consumed):
                    sent += bytes
                    start += consumed
                    continue
                case .open(let consumed): return (sent, .open(consumed: 0), Array(input[(start + consumed)...]))
                case .failed: return (sent, result, [])
                }
                break
            }
        }
        return (sent, .needMore, Array(input[start...]))
    }

    @Test(
        arguments: [
            ("name.test", [3, 9] + ascii("name.test")), ("192.0.2.1", [1, 192, 0, 2, 1]),
            ("[2001:db8::1]", [4, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ] as [(String, [UInt8])])
    func `SOCKS5 opens, cut at every byte, and names are left to it`(host: String, address: [UInt8]) {
        let answer: [UInt8] = [5, 0] + [5, 0, 0, 3, 2, 97, 98, 0, 1] + Self.ascii("rest")
        for cut in 0...answer.count {
            let result = Self.run(ParentHandshake(.socks5, host: Self.ascii(host), port: 443), answer, cut: cut)
            #expect(result.sent == [5, 1, 0] + [5, 1, 0] + address + [1, 0xbb])
            #expect(result.end == .open(consumed: 0))
            #expect(Self.ascii("rest").starts(with: result.rest.prefix(4)))
        }
    }

    @Test func `SOCKS5 with a password`() {
        let handshake = ParentHandshake(.socks5, host: Self.ascii("a"), port: 1, credentials: (Self.ascii("u"), Self.ascii("pw")))
        let answer: [UInt8] = [5, 2, 1, 0] + SOCKSReply.succeeded.bytes
        for cut in 0...answer.count {
            let result = Self.run(handshake, answer, cut: cut)
            #expect(result.sent == [5, 2, 0, 2] + [1, 1, 117, 2, 112, 119] + [5, 1, 0, 3, 1, 97, 0, 1])
            #expect(result.end == .open(consumed: 0))
        }
    }

    @Test func `CONNECT opens, cut at every byte`() {
        let handshake = ParentHandshake(.connect, host: Self.ascii("a.test"), port: 443, credentials: (Self.ascii("u"), Self.ascii("p")))
        let answer = Self.ascii("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.0 200 Connection established\r\nX: y\r\n\r\nrest")
        for cut in 0...answer.count {
            let result = Self.run(handshake, answer, cut: cut)
            #expect(result.sent == Self.ascii("CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\nProxy-Authorization: Basic dTpw\r\n\r\n"))
            #expect(result.end == .open(consumed: 0))
        }
    }

    @Test(
        arguments: [
            (.socks5, [5, 255], .refusesUs), (.socks5, [5, 2], .refusesUs), (.socks5, [4, 0], .malformed), (.socks5, [72, 84], .malformed),
            (.socks5, [5, 0, 5, 5, 0, 1, 0, 0, 0, 0, 0, 0], .socks(.connectionRefused)), (.socks5, [5, 0, 5, 77, 0, 1, 0], .malformed),
            (.socks5, [5, 0, 5, 0, 0, 9, 0], .malformed), (.connect, ascii("HTTP/1.1 403 No\r\n\r\n"), .status(403)),
            (.connect, ascii("HTTP/1.1 407 Who\r\n\r\n"), .refusesUs), (.connect, ascii("SSH-2.0\r\n"), .malformed),
            (.connect, ascii("HTTP/1.1 200 OK\r\nX: ") + [UInt8](repeating: 97, count: 20000), .malformed),
        ] as [(ParentHandshake.Kind, [UInt8], ParentFailure)])
    func `what a parent refuses or gets wrong ends it`(kind: ParentHandshake.Kind, answer: [UInt8], failure: ParentFailure) {
        let handshake = ParentHandshake(kind, host: Self.ascii("a"), port: 1)
        #expect(Self.run(handshake, answer, cut: answer.count).end == .failed(failure))
    }
}
