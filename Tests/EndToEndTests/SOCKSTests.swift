import GatehouseWire
import Testing

extension EndToEnd {
    @Suite struct SOCKSTests {
        private static let greeting: [UInt8] = [5, 1, 0]

        private static func proxy(_ extra: String = "", to upstream: ScriptedUpstream? = nil) throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                server { listen 127.0.0.1:1 socks5; forward_proxy on; forward_guard_allow 127.0.0.1;
                    forward_connect_ports 9 1024-65535; auth_delay 10ms; auth_basic_user_file users; \(extra) }
                """, upstream: upstream, files: ["users": "user:{PLAIN}word\n"])
        }

        private static func echo() throws -> ScriptedUpstream {
            try ScriptedUpstream { connection, _ in
                try connection.send("got " + connection.read(5))
                connection.shutdownWrite()
                _ = try connection.readToEnd()
            }
        }

        private static func request(_ address: [UInt8], port: UInt16) -> [UInt8] {
            [5, 1, 0] + address + [UInt8(port >> 8), UInt8(truncatingIfNeeded: port)]
        }

        private static func name(_ name: String) -> [UInt8] { [3, UInt8(name.utf8.count)] + Array(name.utf8) }

        @Test(arguments: [[1, 127, 0, 0, 1], name("localhost"), name("127.0.0.1")] as [[UInt8]])
        func `a tunnel opens, and what came with the request passes through it`(address: [UInt8]) async throws {
            try await blocking {
                let upstream = try Self.echo()
                let proxy = try Self.proxy(to: upstream)
                let client = try proxy.connect()
                try client.send(Self.greeting)
                #expect(try client.readBytes(2) == [5, 0])
                try client.send(Self.request(address, port: upstream.port) + Array("hello".utf8))
                #expect(try client.readBytes(10) == SOCKSReply.succeeded.bytes)
                #expect(try client.readToEnd() == "got hello")
            }
        }

        @Test(
            arguments: [
                ([1, 10, 0, 0, 1], 8080, SOCKSReply.notAllowed), ([1, 127, 0, 0, 1], 22, .notAllowed),
                ([1, 127, 0, 0, 1], 9, .connectionRefused),
                (name("name.invalid"), 8080, .hostUnreachable), (name("169.254.169.254"), 8080, .notAllowed),
                ([4] + [UInt8](repeating: 0, count: 10) + [255, 255, 10, 0, 0, 1], 8080, .notAllowed),
                (name("127.1"), 8080, .generalFailure),
            ] as [([UInt8], UInt16, SOCKSReply)])
        func `what may not be had has its reply code`(address: [UInt8], port: UInt16, reply: SOCKSReply) async throws {
            try await blocking {
                let proxy = try Self.proxy()
                let client = try proxy.connect()
                try client.send(Self.greeting + Self.request(address, port: port))
                #expect(try client.readBytes(12) == [5, 0] + reply.bytes)
                #expect(try client.readToEnd().isEmpty)
            }
        }

        @Test(arguments: [("word", true), ("wrong", false), ("", false)])
        func `a password is asked for where HTTP's clients are asked`(password: String, isRight: Bool) async throws {
            try await blocking {
                let upstream = try Self.echo()
                let proxy = try Self.proxy("auth_basic x;", to: upstream)
                let client = try proxy.connect()
                try client.send([5, 2, 0, 2])
                #expect(try client.readBytes(2) == [5, 2])
                try client.send([1, 4] + Array("user".utf8) + [UInt8(password.utf8.count)] + Array(password.utf8))
                #expect(try client.readBytes(2) == [1, isRight ? 0 : 1])
                if !isRight {
                    #expect(try client.readToEnd().isEmpty)
                    return
                }
                try client.send(Self.request([1, 127, 0, 0, 1], port: upstream.port) + Array("hello".utf8))
                #expect(try client.readBytes(10) == SOCKSReply.succeeded.bytes)
                #expect(try client.readToEnd() == "got hello")
            }
        }

        @Test(
            arguments: [
                ([5, 1, 0], [5, 255]), ([4, 1, 0, 80, 127, 0, 0, 1, 0], [0, 0x5b, 0, 0, 0, 0, 0, 0]),
                (Array("GET / HTTP/1.1\r\n\r\n".utf8), []),
            ] as [([UInt8], [UInt8])])
        func `who does not negotiate is closed`(input: [UInt8], answer: [UInt8]) async throws {
            try await blocking {
                let proxy = try Self.proxy("auth_basic x;")
                let client = try proxy.connect()
                try client.send(input)
                #expect(try client.readBytesToGone() == answer)
            }
        }

        @Test(arguments: [[], [5], [5, 255, 0], [5, 1, 0, 5, 1, 0, 3, 255]] as [[UInt8]])
        func `a slow negotiation ends in time`(input: [UInt8]) async throws {
            try await blocking {
                let proxy = try Self.proxy("client_header_timeout 100ms;")
                let client = try proxy.connect()
                try client.send(input)
                let answer = try client.readBytesToGone()
                #expect(answer.count <= 2)
            }
        }

        @Test func `a SOCKS listener needs a forward proxy`() {
            #expect(throws: ProxyUnderTest.Refused.self) { try ProxyUnderTest("server { listen 127.0.0.1:1 socks5; }") }
        }
    }
}
