import Testing

extension EndToEnd {
    /// Upstreams that die, hang, and close just as we write.
    struct FailingUpstreamTests {
        static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        static let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
        static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

        @Test func `nobody listening is 502`() async throws {
            try await blocking {
                let proxy = try ProxyUnderTest("server { listen 127.0.0.1:1; location / { proxy_pass http://UPSTREAM; } }")
                #expect(try proxy.ask(Self.get).status == 502)
            }
        }

        @Test(arguments: [get, post]) func `an upstream that hangs is 504 after proxy_read_timeout`(_ request: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in _ = try connection.readUntilGone() }
                let proxy = try ProxyUnderTest.passing(to: upstream, "proxy_read_timeout 50ms;")
                #expect(try proxy.ask(request).status == 504)
            }
        }

        @Test func `an upstream that stops in the middle of a body is cut after proxy_read_timeout`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
                    _ = try connection.readUntilGone()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, "proxy_read_timeout 50ms;")
                let client = try proxy.connect()
                try client.send(Self.get)
                #expect(try client.readUntilGone().hasSuffix("hello"))
            }
        }

        @Test func `an upstream that takes nothing is 504 after proxy_send_timeout`() async throws {
            try await blocking {
                let done = Occasion()
                let upstream = try ScriptedUpstream { _, _ in _ = done.wait() }
                let proxy = try ProxyUnderTest.passing(
                    to: upstream, "proxy_send_timeout 50ms; client_max_body_size 0; client_body_buffer_size 64m;")
                let client = try proxy.connect()
                let size = 32 << 20
                try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
                try client.send([UInt8](repeating: 65, count: size))
                #expect(try client.readMessage().status == 504)
                done.happened()
            }
        }

        @Test(arguments: ["close", "reset"])
        func `a kept connection that ends as we write costs an idempotent request nothing`(_ end: String) async throws {
            try await blocking {
                let upstream = try Self.endingSecondRequest(end)
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                #expect(try client.ask(Self.get).status == 200)
                #expect(try client.ask(Self.get).status == 200)
                #expect(upstream.connectionCount == 2)
            }
        }

        @Test(arguments: ["close", "reset"])
        func `a POST that may have been taken is not repeated`(_ end: String) async throws {
            try await blocking {
                let upstream = try Self.endingSecondRequest(end)
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                #expect(try client.ask(Self.get).status == 200)
                #expect(try client.ask(Self.post).status == 502)
                #expect(upstream.connectionCount == 1)
            }
        }

        /// Ends the first connection on its second request, and answers on all others.
        private static func endingSecondRequest(_ end: String) throws -> ScriptedUpstream {
            try ScriptedUpstream { connection, number in
                _ = try connection.readMessage()
                try connection.send(ok)
                if number == 1 {
                    _ = try connection.readMessage()
                    return end == "reset" ? connection.reset() : connection.close()
                }
                _ = try connection.readUntilGone()
            }
        }

        @Test func `the next server takes over what the first refused`() async throws {
            try await blocking {
                let dead = try ScriptedUpstream { connection, _ in connection.reset() }
                let alive = try ScriptedUpstream.answering(Self.ok)
                let proxy = try ProxyUnderTest(
                    """
                    upstream both { server 127.0.0.1:\(dead.port); server UPSTREAM; }
                    server { listen 127.0.0.1:1; location / { proxy_pass http://both; } }
                    """, upstream: alive)
                for _ in 0..<4 { #expect(try proxy.ask(Self.get).status == 200) }
                #expect(dead.connectionCount == 1)
            }
        }

        @Test func `an answer that comes before the request's end is passed on`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.read(until: "\r\n\r\n")
                    try connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
                    _ = try connection.readUntilGone()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, "proxy_request_buffering off;")
                let client = try proxy.connect()
                try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nhello")
                let answer = try client.readMessage()
                #expect(answer.status == 403 && answer.body == "no")
                #expect(answer.value("Connection") == "close")
            }
        }

        @Test func `a kept connection's last answer is not taken for an early one`() async throws {
            try await blocking {
                let seen = Recorder()
                let body = String(repeating: "a", count: 300_000)
                let upstream = try ScriptedUpstream.answering(
                    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)", recording: seen)
                let proxy = try ProxyUnderTest.passing(to: upstream, "proxy_request_buffering off; client_max_body_size 0;")
                let client = try proxy.connect()
                for _ in 0..<3 {
                    #expect(try client.ask(Self.get).body == body)
                    try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
                    try client.send("world")
                    #expect(try client.readMessage().body == body)
                }
                #expect(seen.messages.filter { $0.body == "helloworld" }.count == 3)
                #expect(upstream.connectionCount == 1)
            }
        }
    }
}
