import Testing

extension EndToEnd {
    /// Which connection a forwarded request goes over.
    @Suite struct ForwardReuseTests {
        /// Answers each request with the number of its connection, and keeps that open.
        private static func counting(_ connections: Recorder) throws -> ScriptedUpstream {
            try ScriptedUpstream { connection, number in
                while let request = try? connection.readMessage() {
                    connections.add(request)
                    let text = String(number)
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)")
                }
            }
        }

        private static func proxy(_ extra: String, http: String = "", to upstream: ScriptedUpstream) throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                \(http)
                server { listen 127.0.0.1:1; forward_proxy on; forward_guard_allow 127.0.0.1; forward_ports 1024-65535; auth_delay 1ms; \(extra) }
                """, upstream: upstream, files: ["users": "ann:{PLAIN}a\nbob:{PLAIN}b\n"])
        }

        private static func ask(_ proxy: ProxyUnderTest, _ upstream: ScriptedUpstream, _ fields: String = "") throws -> String {
            try proxy.ask("GET http://127.0.0.1:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\n\(fields)\r\n").body
        }

        private static let ann = "Proxy-Authorization: Basic YW5uOmE=\r\n"
        private static let bob = "Proxy-Authorization: Basic Ym9iOmI=\r\n"

        @Test func `requests of any client to the same place go over the same connection`() async throws {
            try await blocking {
                let recorder = Recorder()
                let upstream = try Self.counting(recorder)
                let proxy = try Self.proxy("", to: upstream)
                let answers = try (0..<3).map { _ in try Self.ask(proxy, upstream) }
                #expect(Set(answers).count == 1)
                #expect(recorder.messages.allSatisfy { $0.value("Connection") != "close" })
            }
        }

        @Test(arguments: [
            // Another address to start from, chosen by the user's name or by a variable.
            (
                "forward_exit a direct bind=127.0.0.2; forward_exit b direct bind=127.0.0.3;",
                "auth_basic x; auth_basic_user_file users; forward_rule exit a user=ann; forward_rule exit b;"
            ),
            (
                "map $remote_user $from { ann 127.0.0.2; default 127.0.0.3; }",
                "auth_basic x; auth_basic_user_file users; proxy_bind $from;"
            ),
        ])
        func `users who leave from different addresses never share one`(http: String, settings: String) async throws {
            try await blocking {
                let upstream = try Self.counting(Recorder())
                let proxy = try Self.proxy(settings, http: http, to: upstream)
                let ann = try [Self.ann, Self.ann].map { try Self.ask(proxy, upstream, $0) }
                let bob = try [Self.bob, Self.bob].map { try Self.ask(proxy, upstream, $0) }
                #expect(Set(ann).count == 1 && Set(bob).count == 1)
                #expect(ann[0] != bob[0])
            }
        }

        @Test func `a connection that is kept does not get around rules and guard`() async throws {
            try await blocking {
                let upstream = try Self.counting(Recorder())
                let proxy = try Self.proxy(
                    "auth_basic x; auth_basic_user_file users; forward_rule deny user=bob address=127.0.0.1;", to: upstream)
                #expect(try Self.ask(proxy, upstream, Self.ann) == "1")
                let refused = try proxy.ask("GET http://127.0.0.1:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\n\(Self.bob)\r\n")
                #expect(refused.status == 403)
                #expect(try Self.ask(proxy, upstream, Self.ann) == "1")
            }
        }
    }
}
