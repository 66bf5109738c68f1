import Testing

extension EndToEnd {
    @Suite struct ServerNameTests {
        private static func sized(_ bytes: [UInt8], _ lengthBytes: Int) -> [UInt8] {
            (0..<lengthBytes).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
        }

        private static func hello(_ name: String) -> [UInt8] {
            let names = [0, 0] + sized(sized([0] + sized(Array(name.utf8), 2), 2), 2)
            let body = [3, 3] + [UInt8](repeating: 7, count: 32) + [0] + sized([0x13, 1], 2) + sized([0], 1) + sized(names, 2)
            return [22, 3, 1] + sized([1] + sized(body, 3), 2)
        }

        private static func proxy(_ mode: String, to upstream: ScriptedUpstream) throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                server { listen 127.0.0.1:1; forward_proxy on; forward_guard_allow 127.0.0.1; forward_connect_ports 1024-65535;
                    forward_sni \(mode); forward_rule deny domain=.blocked.test; }
                """, upstream: upstream)
        }

        @Test(
            arguments: [
                ("on", hello("www.blocked.test"), false), ("on", hello("good.test"), true), ("on", Array("no TLS at all".utf8), true),
                ("require", hello("www.blocked.test"), false), ("require", hello("good.test"), true),
                ("require", Array("no TLS at all".utf8), false),
                ("off", hello("www.blocked.test"), true),
            ] as [(String, [UInt8], Bool)])
        func `a name inside the tunnel is judged like one outside`(mode: String, first: [UInt8], passes: Bool) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readBytes(first.count)
                    try connection.send("welcome")
                }
                let proxy = try Self.proxy(mode, to: upstream)
                let client = try proxy.connect()
                try client.send("CONNECT 127.0.0.1:\(upstream.port) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try client.readMessage().status == 200)
                try client.send(Array(first.prefix(6)))
                try client.send(Array(first.dropFirst(6)))
                #expect(try client.readUntilGone() == (passes ? "welcome" : ""))
            }
        }

        @Test(arguments: [("on", "hello\n"), ("require", "")])
        func `a server that speaks first is heard, unless names are required`(mode: String, heard: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in try connection.send("hello\n") }
                let proxy = try Self.proxy(mode, to: upstream)
                let client = try proxy.connect()
                try client.send("CONNECT 127.0.0.1:\(upstream.port) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try client.readMessage().status == 200)
                if mode == "on" { #expect(try client.read(until: "\n") == heard) } else { #expect(try client.readUntilGone() == heard) }
            }
        }
    }
}
