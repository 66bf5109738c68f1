import GatehouseTLS
import GatehouseWire
import Testing

extension EndToEnd {
    /// Parents of exits: over TLS, in groups, and with another way where all are dead.
    @Suite struct ParentTests {
        private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere"

        private static func proxy(_ exit: String, group: String = "", _ extra: String = "", files: [String: String] = [:]) throws
            -> ProxyUnderTest
        {
            try ProxyUnderTest(
                """
                \(group) forward_exit out \(exit);
                server { listen 127.0.0.1:1; forward_proxy on; forward_ports 1-65535; forward_connect_ports 1-65535;
                    forward_guard_allow 127.0.0.1; forward_rule exit out; \(extra) }
                """, files: files)
        }

        /// Another one of us, over TLS, with a certificate for `parent.test`; it serves who asks for that name only.
        private static func parent() throws -> (proxy: ProxyUnderTest, certificate: String) {
            let made = try SelfSigned.make(names: ["parent.test"])
            let (certificate, key) = (String(decoding: made.certificatePEM, as: UTF8.self), String(decoding: made.keyPEM, as: UTF8.self))
            let proxy = try ProxyUnderTest(
                """
                server { listen 127.0.0.1:1 ssl; ssl_certificate cert; ssl_certificate_key key; forward_proxy on;
                    forward_ports 1-65535; forward_connect_ports 1-65535; forward_guard_allow 127.0.0.1; forward_via parent;
                    if ($ssl_server_name != parent.test) { return 421; } }
                """, files: ["cert": certificate, "key": key])
            return (proxy, certificate)
        }

        private static func ask(_ proxy: ProxyUnderTest, _ upstream: ScriptedUpstream) throws -> [RawMessage] {
            let place = "127.0.0.1:\(upstream.port)"
            let plain = try proxy.ask("POST http://\(place)/a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            let client = try proxy.connect()
            let opened = try client.ask("CONNECT \(place) HTTP/1.1\r\nHost: h\r\n\r\n", hasBody: false)
            if opened.status != 200 { return [plain, opened] }
            return [plain, try client.ask("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")]
        }

        @Test func `a parent is reached over TLS, under its name`() async throws {
            try await blocking {
                let recorder = Recorder()
                let upstream = try ScriptedUpstream.answering(Self.answer, recording: recorder)
                let (parent, certificate) = try Self.parent()
                let proxy = try Self.proxy("https://127.0.0.1:\(parent.port) name=parent.test trusted=ca", files: ["ca": certificate])
                for _ in 0..<2 { #expect(try Self.ask(proxy, upstream).map(\.body) == ["there", "there"]) }
                #expect(recorder.messages.map { $0.value("Via") } == ["1.1 parent", nil, "1.1 parent", nil])
            }
        }

        @Test(arguments: [
            ("name=other.test trusted=ca", "tls_certificate_error"), ("trusted=ca", "tls_certificate_error"),
            ("name=parent.test trusted=wrong", "tls_certificate_error"),
        ])
        func `a parent that is not who it should be is told nothing`(parameters: String, error: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let (parent, certificate) = try Self.parent()
                let other = try SelfSigned.make(names: ["parent.test"]).certificatePEM
                let proxy = try Self.proxy(
                    "https://127.0.0.1:\(parent.port) \(parameters)",
                    files: ["ca": certificate, "wrong": String(decoding: other, as: UTF8.self)])
                for answer in try Self.ask(proxy, upstream) {
                    #expect(answer.status == 502)
                    #expect(answer.value("Proxy-Status") == "gatehouse; error=\(error)")
                }
                #expect(upstream.connectionCount == 0)
            }
        }

        @Test func `verification can be left out, and who speaks no TLS is no such parent`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let (parent, _) = try Self.parent()
                let trusting = try Self.proxy("https://127.0.0.1:\(parent.port) name=parent.test verify=off")
                #expect(try Self.ask(trusting, upstream).map(\.body) == ["there", "there"])
                let plain = try ScriptedUpstream { connection, _ in
                    _ = try connection.readBytes(1)
                    try connection.send("HTTP/1.1 400 What\r\n\r\n")
                    _ = try connection.readToEnd()
                }
                let proxy = try Self.proxy("https://127.0.0.1:\(plain.port) verify=off")
                for answer in try Self.ask(proxy, upstream) {
                    #expect(answer.value("Proxy-Status") == "gatehouse; error=tls_protocol_error")
                }
            }
        }

        @Test func `dead parents of a group are left out`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let (parent, certificate) = try Self.parent()
                let proxy = try Self.proxy(
                    "https://parents name=parent.test trusted=ca",
                    group: "upstream parents { server 127.0.0.1:9 max_fails=1 fail_timeout=60s; server 127.0.0.1:\(parent.port); }",
                    files: ["ca": certificate])
                for _ in 0..<3 { #expect(try Self.ask(proxy, upstream).map(\.body) == ["there", "there"]) }
                #expect(proxy.errorLog.components(separatedBy: "Connection refused").count == 2)
            }
        }

        @Test(arguments: ["http://127.0.0.1:9", "socks5://127.0.0.1:9", "https://127.0.0.1:9 verify=off", "http://none", "socks5://silent"])
        func `where no parent takes the connection it is made directly, if that is allowed`(exit: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let silent = try ScriptedUpstream { connection, _ in _ = try connection.readToEnd() }
                let group = "upstream none { server 127.0.0.1:9 down; } upstream silent { server 127.0.0.1:\(silent.port); }"
                let timeouts = "tunnel_read_timeout 100ms; proxy_connect_timeout 100ms;"
                let never = try Self.proxy(exit, group: group, timeouts)
                #expect(try Self.ask(never, upstream).allSatisfy { $0.status == 502 || $0.status == 504 })
                #expect(upstream.connectionCount == 0)
                let proxy = try Self.proxy("\(exit) fallback=direct", group: group, "tunnel_read_timeout 1s; proxy_connect_timeout 1s;")
                #expect(try Self.ask(proxy, upstream).map(\.body) == ["there", "there"])
            }
        }

        @Test func `what a parent refuses is not had directly, nor is what the guard refuses`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let refusing = try ScriptedUpstream.answering("HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")
                let proxy = try Self.proxy("http://127.0.0.1:\(refusing.port) fallback=direct")
                #expect(try Self.ask(proxy, upstream).map(\.status) == [502, 502])
                #expect(upstream.connectionCount == 0)
                let dead = try Self.proxy("http://127.0.0.1:9 fallback=direct")
                let answer = try dead.ask("CONNECT localhost.localdomain:\(upstream.port) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(answer.status != 200)
            }
        }

        @Test(arguments: [
            "http://127.0.0.1:1 trusted=x", "direct fallback=direct", "direct user=a", "https://parents",
            "http://127.0.0.1:1 fallback=other",
            "https://127.0.0.1:1 trusted=missing", "ftp://127.0.0.1:1", "http://127.0.0.1:1 colour=red",
        ])
        func `exits that mean nothing are refused`(exit: String) throws {
            #expect(throws: (any Error).self) { try Self.proxy(exit, group: "upstream parents { server 127.0.0.1:9; }") }
        }
    }
}
