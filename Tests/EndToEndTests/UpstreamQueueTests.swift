import Testing

extension EndToEnd {
    /// `max_conns` and `queue`: requests that wait for a server.
    struct UpstreamQueueTests {
        private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

        /// Answers when it is told to.
        private static func slow(_ go: Occasion, _ asked: Occasion) throws -> ScriptedUpstream {
            try ScriptedUpstream { connection, _ in
                while true {
                    _ = try connection.readMessage()
                    asked.happened()
                    _ = go.wait()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                }
            }
        }

        private static func proxy(_ upstream: ScriptedUpstream, _ queue: String) throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                upstream backend { server UPSTREAM max_conns=1; \(queue) }
                server { listen 127.0.0.1:1; location / { proxy_pass http://backend; } }
                """, upstream: upstream)
        }

        @Test func `a request waits until another is through`() async throws {
            try await blocking {
                let (go, asked) = (Occasion(), Occasion())
                let upstream = try Self.slow(go, asked)
                let proxy = try Self.proxy(upstream, "queue 1;")
                let (first, second) = (try proxy.connect(), try proxy.connect())
                try first.send(Self.get)
                #expect(asked.wait())
                try second.send(Self.get)
                go.happened()
                #expect(try first.readMessage().status == 200)
                #expect(asked.wait())
                go.happened()
                #expect(try second.readMessage().status == 200)
            }
        }

        @Test(arguments: [("", "no live upstreams"), ("queue 1 timeout=30ms;", "timed out in the queue, no live upstreams")])
        func `who finds no server, in time or at all, gets 502`(_ queue: String, _ reason: String) async throws {
            try await blocking {
                let (go, asked) = (Occasion(), Occasion())
                let upstream = try Self.slow(go, asked)
                let proxy = try Self.proxy(upstream, queue)
                let first = try proxy.connect()
                try first.send(Self.get)
                #expect(asked.wait())
                #expect(try proxy.ask(Self.get).status == 502)
                #expect(proxy.errorLog.contains("\(reason) while connecting to upstream"))
                go.happened()
                #expect(try first.readMessage().status == 200)
            }
        }

        @Test func `a client that leaves the queue makes room in it`() async throws {
            try await blocking {
                let (go, asked) = (Occasion(), Occasion())
                let upstream = try Self.slow(go, asked)
                let proxy = try Self.proxy(upstream, "queue 1;")
                let first = try proxy.connect()
                try first.send(Self.get)
                #expect(asked.wait())
                let leaver = try proxy.connect()
                try leaver.send(Self.get)
                // The queue is full once the leaver's request is in it, and empty once the proxy has seen the reset.
                while try proxy.ask(Self.get).status != 502 {}
                leaver.reset()
                let waiter = try proxy.connect()
                while !proxy.errorLog.contains("while waiting for an upstream") { await Task.yield() }
                try waiter.send(Self.get)
                go.happened()
                #expect(try first.readMessage().status == 200)
                #expect(asked.wait())
                go.happened()
                #expect(try waiter.readMessage().status == 200)
            }
        }
    }
}
