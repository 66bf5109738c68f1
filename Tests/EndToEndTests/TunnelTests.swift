import Testing

extension EndToEnd {
    /// What passes through a tunnel, whatever opened it.
    @Suite struct TunnelTests {
        private static func proxy(_ extra: String = "", to upstream: ScriptedUpstream, listen: String = "") throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                server {
                    listen 127.0.0.1:1 \(listen); forward_proxy on; forward_guard_allow 127.0.0.1; forward_connect_ports 1024-65535; \(extra)
                }
                """, upstream: upstream)
        }

        private static func open(_ proxy: ProxyUnderTest, to upstream: ScriptedUpstream, receiveBuffer: Int32? = nil) throws -> RawSocket {
            let client = try proxy.connect(receiveBuffer: receiveBuffer)
            let place = "127.0.0.1:\(upstream.port)"
            #expect(try client.ask("CONNECT \(place) HTTP/1.1\r\nHost: \(place)\r\n\r\n", hasBody: false).status == 200)
            return client
        }

        /// Bytes in which nothing repeats soon.
        private static func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) } }

        @Test(arguments: [1, 16 * 1024, 16 * 1024 + 1, 3_000_000])
        func `bytes arrive as they were sent, in both directions`(count: Int) async throws {
            try await blocking {
                let sent = Self.bytes(count)
                let upstream = try ScriptedUpstream { connection, _ in
                    let received = try connection.readBytes(count)
                    try connection.send(received)
                    connection.shutdownWrite()
                    _ = try connection.readToEnd()
                }
                let proxy = try Self.proxy(to: upstream)
                let client = try Self.open(proxy, to: upstream)
                try client.send(sent)
                #expect(try client.readBytes(count) == sent)
                #expect(try client.readToEnd().isEmpty)
            }
        }

        @Test func `a client that takes little at a time gets everything`() async throws {
            try await blocking {
                let sent = Self.bytes(2_000_000)
                let upstream = try ScriptedUpstream { connection, _ in
                    try connection.send(sent)
                    connection.shutdownWrite()
                    #expect(try connection.readToEnd() == "thanks")
                }
                let proxy = try Self.proxy(to: upstream)
                let client = try Self.open(proxy, to: upstream, receiveBuffer: 4096)
                #expect(try client.readBytes(sent.count) == sent)
                try client.send("thanks")
                client.shutdownWrite()
                #expect(try client.readToEnd().isEmpty)
            }
        }

        @Test func `small messages go back and forth among large ones`() async throws {
            try await blocking {
                let large = Self.bytes(300_000)
                let upstream = try ScriptedUpstream { connection, _ in
                    for _ in 0..<5 {
                        #expect(try connection.read(4) == "more")
                        try connection.send(large)
                        #expect(try connection.read(4) == "word")
                        try connection.send("word")
                    }
                    _ = try connection.readUntilGone()
                }
                let proxy = try Self.proxy(to: upstream)
                let client = try Self.open(proxy, to: upstream)
                for _ in 0..<5 {
                    try client.send("more")
                    #expect(try client.readBytes(large.count) == large)
                    try client.send("word")
                    #expect(try client.read(4) == "word")
                }
            }
        }

        @Test func `who takes nothing for tunnel_send_timeout is left`() async throws {
            try await blocking {
                let over = Occasion()
                let upstream = try ScriptedUpstream { connection, _ in
                    // More than all buffers on the way.
                    try? connection.send([UInt8](repeating: 7, count: 64 << 20))
                    over.happened()
                }
                let proxy = try Self.proxy("tunnel_send_timeout 50ms;", to: upstream)
                let client = try Self.open(proxy, to: upstream, receiveBuffer: 4096)
                #expect(over.wait())
                client.close()
            }
        }

        @Test func `a silent tunnel ends after tunnel_read_timeout, also when one side has finished`() async throws {
            try await blocking {
                for finishes in [false, true] {
                    let upstream = try ScriptedUpstream { connection, _ in
                        _ = try connection.readUntilGone()
                        _ = try connection.readUntilGone()
                    }
                    let proxy = try Self.proxy("tunnel_read_timeout 50ms;", to: upstream)
                    let client = try Self.open(proxy, to: upstream)
                    if finishes { client.shutdownWrite() }
                    #expect(try client.readUntilGone().isEmpty)
                }
            }
        }

        @Test func `limit_rate holds for a tunnel`() async throws {
            try await blocking {
                let sent = Self.bytes(200_000)
                let upstream = try ScriptedUpstream { connection, _ in
                    try connection.send(sent)
                    connection.shutdownWrite()
                    _ = try connection.readToEnd()
                }
                let proxy = try Self.proxy("limit_rate 512k;", to: upstream)
                let client = try Self.open(proxy, to: upstream)
                let began = ContinuousClock.now
                #expect(try client.readBytes(sent.count) == sent)
                // 0.38 seconds' worth, of which the last piece need not be waited for.
                #expect(ContinuousClock.now - began > .milliseconds(100))
            }
        }
    }
}
