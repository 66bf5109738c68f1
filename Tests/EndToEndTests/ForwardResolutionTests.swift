import GatehouseWire
import Testing

extension EndToEnd {
    /// The guard against requests into private networks, with names that their owner answers for.
    @Suite struct ForwardResolutionTests {
        private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere"

        private static func proxy(
            _ names: ScriptedNames, to upstream: ScriptedUpstream, listen: String = "", _ extra: String = "forward_guard_allow 127.0.0.1;"
        ) throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                server { listen 127.0.0.1:1 \(listen); forward_proxy on; forward_ports 1-65535; forward_connect_ports 1-65535; \(extra)
                    resolver 127.0.0.1:\(names.port); resolver_timeout 200ms; }
                """, upstream: upstream)
        }

        @Test(
            arguments: [
                (["127.0.0.1"], 200, nil), (["10.0.0.1", "127.0.0.1"], 200, nil), (["127.0.0.1", "::1"], 200, nil),
                (["10.0.0.1"], 403, "destination_ip_prohibited"), (["127.0.0.2"], 403, "destination_ip_prohibited"),
                (["::1"], 403, "destination_ip_prohibited"), (["::ffff:127.0.0.2"], 403, "destination_ip_prohibited"),
                (["64:ff9b::7f00:1"], 403, "destination_ip_prohibited"), (["2002:7f00:1::"], 403, "destination_ip_prohibited"),
                (["169.254.169.254", "fd00:ec2::254"], 403, "destination_ip_prohibited"), (["0.0.0.0"], 403, "destination_ip_prohibited"),
                (["10.0.0.1", "fe80::1"], 403, "destination_ip_prohibited"),
            ] as [([String], Int, String?)])
        func `every address of a name is judged`(addresses: [String], status: Int, error: String?) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let names = try ScriptedNames { _ in .addresses(addresses) }
                let proxy = try Self.proxy(names, to: upstream)
                let answer = try proxy.ask("GET http://name.test:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(answer.status == status)
                #expect(answer.value("Proxy-Status") == error.map { "gatehouse; error=\($0)" })
                let opened = try proxy.ask("CONNECT name.test:\(upstream.port) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(opened.status == status)
                #expect((upstream.connectionCount > 0) == (status == 200))
            }
        }

        @Test func `a name that changes its mind is judged each time, and connected to where it was judged`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let names = try ScriptedNames { .addresses($0 == 1 ? ["127.0.0.1"] : ["127.0.0.2"]) }
                let proxy = try ProxyUnderTest(
                    """
                    server { listen 127.0.0.1:1; forward_proxy on; forward_ports 1-65535; forward_guard_allow 127.0.0.1;
                        resolver 127.0.0.1:\(names.port) ipv6=off; resolver_timeout 5s; }
                    """)
                let request = "GET http://name.test:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\n\r\n"
                #expect(try proxy.ask(request).body == "there")
                // One question for one connection: there is no second look that could say something else.
                #expect(names.count == 1)
                #expect(try proxy.ask(request).status == 403)
                #expect(upstream.connectionCount == 1)
            }
        }

        @Test(arguments: [(ScriptedNames.Answer.code(3), 502, "dns_error"), (.code(2), 502, "dns_error"), (.silence, 504, "dns_timeout")])
        func `a name server that does not help is told with its reason`(given: ScriptedNames.Answer, status: Int, error: String)
            async throws
        {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let names = try ScriptedNames { _ in given }
                let proxy = try Self.proxy(names, to: upstream)
                for line in ["GET http://name.test/", "CONNECT name.test:443"] {
                    let answer = try proxy.ask("\(line) HTTP/1.1\r\nHost: h\r\n\r\n")
                    #expect(answer.status == status)
                    #expect(answer.value("Proxy-Status") == "gatehouse; error=\(error)")
                }
                #expect(proxy.errorLog.contains("name.test could not be resolved"))
                let socks = try Self.proxy(names, to: upstream, listen: "socks5")
                let client = try socks.connect()
                try client.send([5, 1, 0, 5, 1, 0, 3, 9] + Array("name.test".utf8) + [1, 187])
                #expect(try client.readBytesToGone() == [5, 0] + SOCKSReply.hostUnreachable.bytes)
            }
        }

        /// The spellings of Documentation/ForwardProxy.md.
        @Test(arguments: [
            ("127.0.0.1", 403), ("127.0.0.1.", 403), ("LOCALHOST", 403), ("127.1", 400), ("127.0.1", 400), ("2130706433", 400),
            ("0x7f000001", 400), ("0x7f.0.0.1", 400), ("0177.0.0.1", 400), ("017700000001", 400), ("127.0.0.01", 400), ("0", 400),
            ("127.0.0.1.5", 400), ("0X7F.1", 400), ("[::1]", 403), ("[::ffff:127.0.0.1]", 403), ("[::ffff:7f00:1]", 403),
            ("[0:0:0:0:0:ffff:7f00:1]", 403), ("[::127.0.0.1]", 403), ("[64:ff9b::7f00:1]", 403), ("[2002:7f00:1::]", 403), ("[::]", 403),
            ("%31%32%37.0.0.1", 400), ("127%2e0.0.1", 400), ("[fe80::1%25lo]", 400), ("[::1%lo]", 400),
        ])
        func `no spelling of an address gets past the guard`(host: String, status: Int) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let proxy = try ProxyUnderTest(
                    "server { listen 127.0.0.1:1; forward_proxy on; forward_ports 1-65535; forward_connect_ports 1-65535; }")
                for line in ["GET http://\(host):\(upstream.port)/", "CONNECT \(host):\(upstream.port)"] {
                    #expect(try proxy.ask("\(line) HTTP/1.1\r\nHost: h\r\n\r\n").status == status)
                }
                #expect(upstream.connectionCount == 0)
            }
        }
    }
}
