import Testing

extension EndToEnd {
    /// Limits of a group, its retry budget, and peers that are worse than others.
    struct OverloadTests {
        private static let get = FailingUpstreamTests.get

        private static func named(_ name: String, status: String = "200 OK") throws -> ScriptedUpstream {
            try ScriptedUpstream.answering("HTTP/1.1 \(status)\r\nContent-Length: 1\r\n\r\n\(name)")
        }

        @Test func `beyond its connections a group answers 503 at once, and says when to come again`() async throws {
            try await blocking {
                let (arrived, release) = (Occasion(), Occasion())
                let upstream = try ScriptedUpstream { connection, _ in
                    while true {
                        _ = try connection.readMessage()
                        arrived.happened()
                        _ = release.wait()
                        try connection.send(FailingUpstreamTests.ok)
                    }
                }
                let proxy = try ProxyUnderTest(
                    """
                    upstream u { server UPSTREAM; limits connections=1 retry_after=7s; }
                    server { listen 127.0.0.1:1; location / { proxy_pass http://u; } }
                    """, upstream: upstream)
                let first = try proxy.connect()
                try first.send(Self.get)
                #expect(arrived.wait())
                let refused = try proxy.ask(Self.get)
                #expect(refused.status == 503 && refused.value("Retry-After") == "7")
                #expect(proxy.errorLog.contains("the limits of the group are reached"))
                release.happened()
                #expect(try first.readMessage().status == 200)
                release.happened()
                #expect(try proxy.ask(Self.get).status == 200)
            }
        }

        @Test func `a pending request gets the connection that is given back`() async throws {
            try await blocking {
                let (arrived, release) = (Occasion(), Occasion())
                let upstream = try ScriptedUpstream { connection, _ in
                    while true {
                        _ = try connection.readMessage()
                        arrived.happened()
                        _ = release.wait()
                        try connection.send(FailingUpstreamTests.ok)
                    }
                }
                let proxy = try ProxyUnderTest(
                    """
                    upstream u { server UPSTREAM; limits connections=1 pending=1; }
                    server { listen 127.0.0.1:1; location / { proxy_pass http://u; } location /s { stub_status; } }
                    """, upstream: upstream)
                let (first, second) = (try proxy.connect(), try proxy.connect())
                try first.send(Self.get)
                #expect(arrived.wait())
                try second.send(Self.get)
                release.happened()
                release.happened()
                #expect(try first.readMessage().status == 200)
                #expect(try second.readMessage().status == 200)
            }
        }

        @Test func `a repetition beyond the budget ends with the failure it was to make good`() async throws {
            try await blocking {
                let dead = try ScriptedUpstream { connection, _ in connection.reset() }
                let alive = try Self.named("b")
                let proxy = try ProxyUnderTest(
                    """
                    upstream u { server 127.0.0.1:\(dead.port) max_fails=0; server UPSTREAM; retry_budget 1% min=0; }
                    server { listen 127.0.0.1:1; location / { proxy_pass http://u; } }
                    """, upstream: alive)
                let answers = try (0..<4).map { _ in try proxy.ask(Self.get) }
                #expect(answers.map(\.status).sorted() == [200, 200, 502, 502])
                #expect(answers.allSatisfy { $0.value("Retry-After") == nil })
            }
        }

        @Test func `a server that fails more than the others is left out`() async throws {
            try await blocking {
                let (bad, good) = (try Self.named("x", status: "500 No"), try Self.named("b"))
                let proxy = try ProxyUnderTest(
                    """
                    upstream u { server 127.0.0.1:\(bad.port); server UPSTREAM; outlier_ejection min=5; }
                    server { listen 127.0.0.1:1; location / { proxy_pass http://u; } }
                    """, upstream: good)
                for _ in 0..<10 { _ = try proxy.ask(Self.get) }
                for _ in 0..<10 { #expect(try proxy.ask(Self.get).status == 200) }
                #expect(proxy.errorLog.contains("peer 127.0.0.1:\(bad.port) is unavailable: 5 of 5 requests failed"))
            }
        }
    }
}
