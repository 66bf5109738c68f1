import Testing

extension EndToEnd {
    @Suite struct LimitTests {
        private static let zones =
            "limit_conn_zone $arg_key$remote_user zone=c:32k; limit_bandwidth_zone $arg_key zone=b:32k rate=200k burst=2k;"

        private static func forward(_ extra: String, to upstream: ScriptedUpstream, listen: String = "") throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                \(zones)
                server {
                    listen 127.0.0.1:1 \(listen); forward_proxy on; forward_guard_allow 127.0.0.1;
                    forward_ports 1024-65535; forward_connect_ports 1024-65535; auth_delay 1ms; \(extra)
                }
                """, upstream: upstream, files: ["users": "ann:{PLAIN}a\nbob:{PLAIN}b\n"])
        }

        private static func silent() throws -> ScriptedUpstream {
            try ScriptedUpstream { connection, _ in _ = try connection.readUntilGone() }
        }

        private static func connect(_ upstream: ScriptedUpstream, _ field: String = "") -> String {
            "CONNECT 127.0.0.1:\(upstream.port) HTTP/1.1\r\nHost: 127.0.0.1:\(upstream.port)\r\n\(field)\r\n"
        }

        private static let ann = "Proxy-Authorization: Basic YW5uOmE=\r\n"
        private static let bob = "Proxy-Authorization: Basic Ym9iOmI=\r\n"
        private static let fake = "Proxy-Authorization: Basic YW5uOng=\r\n"

        @Test func `each user of a forward proxy has so many tunnels, and nobody takes them under his name`() async throws {
            try await blocking {
                let upstream = try Self.silent()
                let proxy = try Self.forward("auth_basic here; auth_basic_user_file users; limit_conn c 1;", to: upstream)
                #expect(try proxy.ask(Self.connect(upstream, Self.fake)).status == 407)
                let first = try proxy.connect()
                #expect(try first.ask(Self.connect(upstream, Self.ann), hasBody: false).status == 200)
                let refused = try proxy.ask(Self.connect(upstream, Self.ann))
                #expect(refused.status == 503)
                #expect(refused.value("Proxy-Status")?.contains("http_request_denied") == true)
                #expect(try proxy.connect().ask(Self.connect(upstream, Self.bob), hasBody: false).status == 200)
                first.reset()
                // It is counted until its end has been seen.
                let latest = ContinuousClock.now + .seconds(30)
                var status = 503
                while status == 503 && ContinuousClock.now < latest {
                    status = try proxy.connect().ask(Self.connect(upstream, Self.ann), hasBody: false).status
                }
                #expect(status == 200)
            }
        }

        @Test func `a SOCKS client over the limit is told that it may not`() async throws {
            try await blocking {
                let upstream = try Self.silent()
                let proxy = try Self.forward("auth_basic here; auth_basic_user_file users; limit_conn c 1;", to: upstream, listen: "socks5")
                let request: [UInt8] = [5, 1, 0, 1, 127, 0, 0, 1, UInt8(upstream.port >> 8), UInt8(truncatingIfNeeded: upstream.port)]
                let tunnels = try (0..<2).map { _ in
                    let client = try proxy.connect()
                    try client.send([5, 1, 2])
                    #expect(try client.readBytes(2) == [5, 2])
                    try client.send([1, 3] + Array("ann".utf8) + [1] + Array("a".utf8))
                    #expect(try client.readBytes(2) == [1, 0])
                    try client.send(request)
                    return client
                }
                let replies = try tunnels.map { try $0.readBytes(10)[1] }
                #expect(replies.sorted() == [0, 2])
            }
        }

        @Test(arguments: [("limit_conn_status 429;", 429, "REJECTED"), ("limit_conn_dry_run on;", 200, "REJECTED_DRY_RUN")])
        func `requests are counted while they are answered`(settings: String, status: Int, variable: String) async throws {
            try await blocking {
                let (asked, go) = (Occasion(), Occasion())
                let upstream = try ScriptedUpstream { connection, _ in
                    let request = try connection.readMessage()
                    if request.startLine.contains("/first") {
                        asked.happened()
                        _ = go.wait()
                    }
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
                let proxy = try ProxyUnderTest(
                    """
                    \(Self.zones)
                    server { listen 127.0.0.1:1; limit_conn c 1; \(settings) add_header X-Limit $limit_conn_status always;
                        location / { proxy_pass http://UPSTREAM; } location /free { limit_conn c 2; proxy_pass http://UPSTREAM; } }
                    """, upstream: upstream)
                let first = try proxy.connect()
                try first.send("GET /first?key=k HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(asked.wait())
                let second = try proxy.ask("GET /?key=k HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(second.status == status)
                #expect(second.value("X-Limit") == variable)
                #expect(try proxy.ask("GET /free?key=k HTTP/1.1\r\nHost: h\r\n\r\n").value("X-Limit") == "PASSED")
                #expect(try proxy.ask("GET /?key=other HTTP/1.1\r\nHost: h\r\n\r\n").value("X-Limit") == "PASSED")
                #expect(try proxy.ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n").value("X-Limit") == nil)
                go.happened()
                #expect(try first.readMessage().status == 200)
            }
        }

        @Test func `answers and tunnels of one key share its rate`() async throws {
            try await blocking {
                let body = String(repeating: "x", count: 40_000)
                let upstream = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                let proxy = try ProxyUnderTest(
                    "\(Self.zones) server { listen 127.0.0.1:1; limit_bandwidth b; location / { proxy_pass http://UPSTREAM; } }",
                    upstream: upstream)
                let began = ContinuousClock.now
                let clients = try (0..<2).map { _ in try proxy.connect() }
                for client in clients { try client.send("GET /?key=k HTTP/1.1\r\nHost: h\r\n\r\n") }
                for client in clients { #expect(try client.readMessage().body == body) }
                // 80,000 bytes at 204,800 a second, of which what goes last need not be waited for.
                #expect(ContinuousClock.now - began > .milliseconds(200))
            }
        }

        @Test func `a tunnel keeps to the rate in both directions`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    let received = try connection.readBytes(30_000)
                    try connection.send(received)
                    connection.shutdownWrite()
                    _ = try connection.readToEnd()
                }
                let proxy = try ProxyUnderTest(
                    """
                    limit_bandwidth_zone $remote_addr zone=b:32k rate=200k burst=2k;
                    server { listen 127.0.0.1:1; forward_proxy on; forward_guard_allow 127.0.0.1; forward_connect_ports 1024-65535;
                        limit_bandwidth b; }
                    """, upstream: upstream)
                let client = try proxy.connect()
                #expect(try client.ask(Self.connect(upstream), hasBody: false).status == 200)
                let sent = (0..<30_000).map { UInt8(truncatingIfNeeded: $0 % 251) }
                let began = ContinuousClock.now
                try client.send(sent)
                #expect(try client.readBytes(30_000) == sent)
                #expect(ContinuousClock.now - began > .milliseconds(150))
            }
        }
    }
}
