import GatehouseRuntime
import Testing

extension EndToEnd {
    /// Active checks with real sockets.
    struct HealthCheckTests {
        private static let get = FailingUpstreamTests.get
        private static let ok = FailingUpstreamTests.ok

        /// A backend whose answer to `/health` can be changed; to everything else it says its name.
        private final class Backend: Sendable {
            let upstream: ScriptedUpstream
            private let health: Lock<String>
            let probes = Recorder()

            init(_ name: String, health: String = FailingUpstreamTests.ok) throws {
                let (state, probes) = (Lock(health), probes)
                self.health = state
                upstream = try ScriptedUpstream { connection, _ in
                    while true {
                        let request = try connection.readMessage()
                        if request.startLine.hasPrefix("GET /health") {
                            probes.add(request)
                            try connection.send(state.withLock { $0 })
                        } else {
                            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(name)")
                        }
                    }
                }
            }

            var port: UInt16 { upstream.port }
            func answerProbes(_ answer: String) { health.withLock { $0 = answer } }
        }

        /// Asks until the answers are as wanted, as often as may be.
        private func eventually(_ proxy: ProxyUnderTest, _ holds: (RawMessage) -> Bool) throws -> Bool {
            let limit = ContinuousClock.now + .seconds(5)
            while ContinuousClock.now < limit {
                if holds(try proxy.ask(Self.get)) { return true }
            }
            return false
        }

        private func eventuallyLogs(_ proxy: ProxyUnderTest, _ text: String) -> Bool {
            let limit = ContinuousClock.now + .seconds(5)
            while ContinuousClock.now < limit {
                if proxy.errorLog.contains(text) { return true }
            }
            return false
        }

        private static func configuration(_ check: String, _ backends: [Backend], more: String = "", location: String = "") -> String {
            let servers = backends.map { "server 127.0.0.1:\($0.port);" }.joined(separator: " ")
            return """
                \(more) upstream u { \(servers) }
                server { listen 127.0.0.1:1; location / { proxy_pass http://u; \(location) health_check \(check); } }
                """
        }

        @Test func `an unhealthy server gets no requests, and is back when its checks pass`() async throws {
            try await blocking {
                let (a, b) = (try Backend("a"), try Backend("b"))
                let proxy = try ProxyUnderTest(Self.configuration("interval=20ms uri=/health", [a, b]))
                b.answerProbes("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
                #expect(eventuallyLogs(proxy, "peer 127.0.0.1:\(b.port) is unhealthy: unexpected status 500"))
                for _ in 0..<10 { #expect(try proxy.ask(Self.get).body == "a") }
                b.answerProbes(Self.ok)
                #expect(try eventually(proxy) { $0.body == "b" })
                #expect(proxy.errorLog.contains("peer 127.0.0.1:\(b.port) is up: a health check passed"))
            }
        }

        @Test func `a probe is sent with the settings of its location`() async throws {
            try await blocking {
                let a = try Backend("a")
                let proxy = try ProxyUnderTest(
                    Self.configuration(
                        "interval=20ms uri=/health?deep=1", [a],
                        location: "proxy_set_header Host probes.example; proxy_set_header X-A a$uri; proxy_set_header X-B $arg_b;"))
                let limit = ContinuousClock.now + .seconds(5)
                while a.probes.messages.isEmpty && ContinuousClock.now < limit { _ = try proxy.ask(Self.get) }
                let probe = try #require(a.probes.messages.first)
                #expect(probe.startLine == "GET /health?deep=1 HTTP/1.1")
                #expect(probe.value("Host") == "probes.example" && probe.value("X-A") == "a" && probe.value("X-B") == nil)
                #expect(probe.value("Connection") == "close")
            }
        }

        @Test func `with mandatory nothing is passed on before the first check`() async throws {
            try await blocking {
                let a = try Backend("a", health: "HTTP/1.1 503 Wait\r\nContent-Length: 0\r\n\r\n")
                let proxy = try ProxyUnderTest(Self.configuration("interval=20ms mandatory uri=/health", [a]))
                #expect(try proxy.ask(Self.get).status == 502)
                #expect(eventuallyLogs(proxy, "is unhealthy: unexpected status 503"))
                #expect(try proxy.ask(Self.get).status == 502)
                a.answerProbes(Self.ok)
                #expect(try eventually(proxy) { $0.status == 200 })
            }
        }

        @Test func `persistent health outlives a reload`() async throws {
            let (a, b) = (try Backend("a"), try Backend("b", health: "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"))
            let check = "mandatory persistent uri=/health"
            let proxy = try ProxyUnderTest(Self.configuration("interval=20ms \(check)", [a, b]))
            try await blocking { () throws in
                #expect(try eventually(proxy) { $0.body == "a" })
                #expect(eventuallyLogs(proxy, "peer 127.0.0.1:\(b.port) is unhealthy"))
            }
            try await proxy.reload(Self.configuration("interval=1h \(check)", [a, b]))
            try await blocking { () throws in
                for _ in 0..<6 { #expect(try proxy.ask(Self.get).body == "a") }
            }
        }

        @Test func `kept connections carry several probes`() async throws {
            try await blocking {
                let a = try Backend("a")
                let proxy = try ProxyUnderTest(Self.configuration("interval=10ms keepalive_time=1h uri=/health", [a]))
                let limit = ContinuousClock.now + .seconds(5)
                while a.probes.messages.count < 5 && ContinuousClock.now < limit { _ = try proxy.ask(Self.get) }
                #expect(a.probes.messages.count >= 5)
                // One of probes, and one of requests.
                #expect(a.upstream.connectionCount == 2)
            }
        }

        @Test func `a check of TCP alone finds out who does not listen`() async throws {
            try await blocking {
                let a = try Backend("a")
                let unused = try Self.portWithoutListener()
                let proxy = try ProxyUnderTest(
                    """
                    upstream u { server 127.0.0.1:\(a.port); server 127.0.0.1:\(unused); health_check type=tcp interval=20ms; }
                    server { listen 127.0.0.1:1; location / { proxy_pass http://u; } }
                    """)
                #expect(eventuallyLogs(proxy, "peer 127.0.0.1:\(unused) is unhealthy: connect() failed (111: Connection refused)"))
                #expect(!proxy.errorLog.contains("\(a.port) is unhealthy"))
            }
        }

        @Test(arguments: [
            ("X-Load: 0", "$upstream_http_x_load is 0"), ("X-Other: 1", "$upstream_http_x_load is empty"),
            ("X-Load: 7\r\nX-State: sad", "$state is 0"), ("X-Load: 7\r\nX-State: well-17", nil),
        ])
        func `an answer may have to give variables a value`(_ field: String, _ reason: String?) async throws {
            try await blocking {
                let a = try Backend("a", health: "HTTP/1.1 200 OK\r\n\(field)\r\nContent-Length: 0\r\n\r\n")
                let proxy = try ProxyUnderTest(
                    Self.configuration(
                        "interval=20ms mandatory uri=/health match=m", [a],
                        more: #"""
                            map $upstream_http_x_state $state { ~^well-(\d+)$ $1; default 0; }
                            match m { require $upstream_http_x_load $upstream_status; require $state; }
                            """#))
                guard let reason else { return #expect(try eventually(proxy) { $0.status == 200 }) }
                #expect(eventuallyLogs(proxy, "peer 127.0.0.1:\(a.port) is unhealthy: \(reason)"))
            }
        }

        private static func portWithoutListener() throws -> UInt16 {
            let listener = try ListeningSocket.bind(to: .ip(.v4(0x7f00_0001), port: 0))
            defer { listener.close() }
            return listener.address.port ?? 0
        }

        /// What hostile or broken backends answer, what is sent before the connection is held open or closed, and why the check fails.
        private static let hostile: [(answer: String, holds: Bool, reason: String)] = [
            ("", true, "timed out"),
            ("", false, "the connection was closed before the response header was complete"),
            ("HTTP/1.1 200", true, "timed out"),
            ("SSH-2.0-OpenSSH\r\n\r\n", true, "upstream sent no valid HTTP/1.0 header"),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n", true, "unexpected 101 Switching Protocols"),
            (String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 100), true, "too many interim responses"),
            ("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 9000) + "\r\n\r\n", true, "upstream sent too big header"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nwell", false, "upstream prematurely closed connection"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nwell", true, "timed out"),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", true, "upstream sent invalid chunked response"),
            ("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsick", true, "the body does not match \"well\""),
            ("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 300_000) + "well", true, "the body does not match \"well\""),
        ]

        @Test(arguments: hostile.indices) func `a broken answer fails the check, in time and with its reason`(index: Int) async throws {
            try await blocking {
                let (answer, holds, reason) = Self.hostile[index]
                let backend = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    connection.sendWhileTaken(answer)
                    if holds { _ = try connection.readUntilGone() }
                }
                let proxy = try ProxyUnderTest(
                    """
                    match good { status 200; body ~ well; }
                    upstream u { server UPSTREAM; health_check match=good interval=20ms timeout=100ms; }
                    server { listen 127.0.0.1:1; location / { proxy_pass http://u; } }
                    """, upstream: backend)
                #expect(eventuallyLogs(proxy, "is unhealthy: "))
                #expect(proxy.errorLog.contains(reason), "\(proxy.errorLog)")
            }
        }
    }
}
