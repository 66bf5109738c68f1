import Testing

extension EndToEnd {
    /// Clients that leave, stall, or say too much.
    struct DifficultClientTests {
        static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

        @Test(
            arguments: [
                "Content-Length: 10\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "Transfer-Encoding: chunked\r\n\r\n9\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
            ], ["off", "on"])
        func `a request that ends early is never completed towards the upstream`(_ end: String, _ buffering: String) async throws {
            try await blocking {
                let whole = Recorder()
                let upstream = try ScriptedUpstream.answering(Self.ok, recording: whole)
                let proxy = try ProxyUnderTest.passing(to: upstream, "proxy_request_buffering \(buffering);")
                let client = try proxy.connect()
                try client.send("POST / HTTP/1.1\r\nHost: a\r\n\(end)")
                client.shutdownWrite()
                #expect(try !client.readUntilGone().contains("200 OK"))
                #expect(whole.messages.isEmpty)
            }
        }

        @Test func `a client that half-closes gets its whole answer`() async throws {
            try await blocking {
                let body = String(repeating: "0123456789", count: 100_000)
                let halfClosed = Occasion()
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    _ = halfClosed.wait()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    _ = try connection.readUntilGone()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                client.shutdownWrite()
                halfClosed.happened()
                #expect(try client.readMessage().body == body)
                #expect(try client.readToEnd().isEmpty)
            }
        }

        @Test(arguments: ["before the answer", "in the body"])
        func `what a client that is gone no longer needs is cut within 100 ms`(_ moment: String) async throws {
            try await blocking {
                let (asked, cut) = (Occasion(), Occasion())
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    if moment == "in the body" { try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello") }
                    asked.happened()
                    _ = try connection.readUntilGone()
                    cut.happened()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(asked.wait())
                if moment == "in the body" { _ = try client.read(until: "hello") }
                client.reset()
                #expect(cut.wait(milliseconds: 100))
            }
        }

        @Test func `a gone client's request goes on where proxy_ignore_client_abort says so`() async throws {
            try await blocking {
                let (asked, cut) = (Occasion(), Occasion())
                let upstream = try ScriptedUpstream { connection, number in
                    _ = try connection.readMessage()
                    if number > 1 { try connection.send(Self.ok) }
                    asked.happened()
                    _ = try connection.readUntilGone()
                    if number == 1 { cut.happened() }
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, "proxy_ignore_client_abort on;")
                let client = try proxy.connect()
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(asked.wait())
                client.reset()
                // Answered on the same loop, so that the reset has been seen by then.
                #expect(try proxy.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
                #expect(!cut.wait(milliseconds: 5))
            }
        }

        @Test func `a client that takes nothing is left after send_timeout`() async throws {
            try await blocking {
                let cut = Occasion()
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(64 << 20)\r\n\r\n")
                    try? connection.send([UInt8](repeating: 65, count: 64 << 20))
                    cut.happened()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, "send_timeout 50ms; proxy_buffering off;")
                let client = try proxy.connect(receiveBuffer: 4096)
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(cut.wait())
                #expect(try client.readUntilGone().utf8.count < 64 << 20)
            }
        }

        @Test func `a head that does not come to its end is given up after client_header_timeout`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.ok)
                let proxy = try ProxyUnderTest.passing(to: upstream, server: "client_header_timeout 50ms;")
                let client = try proxy.connect()
                try client.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
                let answer = try client.readUntilGone()
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 408 "))
            }
        }

        @Test func `a client that says nothing is closed without a word`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.ok)
                let proxy = try ProxyUnderTest.passing(to: upstream, server: "client_header_timeout 50ms;")
                #expect(try proxy.connect().readToEnd().isEmpty)
            }
        }

        @Test func `a kept connection is closed after keepalive_timeout`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.ok)
                let proxy = try ProxyUnderTest.passing(to: upstream, "keepalive_timeout 50ms;")
                let client = try proxy.connect()
                #expect(try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
                #expect(try client.readToEnd().isEmpty)
            }
        }

        @Test(arguments: ["off", "on"])
        func `a body that does not come is 408 after client_body_timeout`(_ buffering: String) async throws {
            try await blocking {
                let whole = Recorder()
                let upstream = try ScriptedUpstream.answering(Self.ok, recording: whole)
                let proxy = try ProxyUnderTest.passing(to: upstream, "client_body_timeout 50ms; proxy_request_buffering \(buffering);")
                let client = try proxy.connect()
                try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello")
                let answer = try client.readUntilGone()
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 408 "))
                #expect(whole.messages.isEmpty)
            }
        }

        @Test(
            arguments: [
                "Content-Length: 11\r\n\r\nhello world", "Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n",
                "Content-Length: 11\r\nExpect: 100-continue\r\n\r\n",
            ], ["off", "on"])
        func `a body larger than client_max_body_size is 413`(_ body: String, _ buffering: String) async throws {
            try await blocking {
                let whole = Recorder()
                let upstream = try ScriptedUpstream.answering(Self.ok, recording: whole)
                let proxy = try ProxyUnderTest.passing(to: upstream, "client_max_body_size 10; proxy_request_buffering \(buffering);")
                let client = try proxy.connect()
                let answer = try client.ask("POST / HTTP/1.1\r\nHost: a\r\n\(body)")
                #expect(answer.status == 413)
                #expect(whole.messages.isEmpty)
                client.shutdownWrite()
                #expect(try client.readUntilGone().isEmpty)
            }
        }

        @Test(
            arguments: [
                "GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: a\r\n\r\n": 414,
                "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 9000))\r\n\r\n": 400,
                "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: \(String(repeating: "a", count: 1000))\r\n", count: 50))\r\n": 400,
                "GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: a\r\n", count: 1200))\r\n": 400,
            ].sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        func `a head beyond the limits is refused`(_ request: String, _ status: Int) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.ok)
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                client.sendWhileTaken(request)
                #expect(try client.readMessage().status == status)
                #expect(upstream.connectionCount == 0)
            }
        }
    }
}
