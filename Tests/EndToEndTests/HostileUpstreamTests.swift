import Testing

extension EndToEnd {
    /// What an upstream may not say. The client gets 502 or a broken connection, never a whole message that was none.
    struct HostileUpstreamTests {
        struct Case: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var answer: String

            init(_ name: String, _ answer: String) { (testDescription, self.answer) = (name, answer) }
        }

        static let refused: [Case] = [
            Case("both lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            Case("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk"),
            Case("the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"),
            Case("a list of lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok"),
            Case("a length that is no number", "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nok"),
            Case("a negative length", "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok"),
            Case("an unknown coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok"),
            Case("two codings", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
            Case("chunked twice", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            Case("a first line of garbage", "garbage\r\n\r\n"), Case("nothing at all", ""), Case("half a status line", "HTTP/1.1 20"),
            Case("half a head", "HTTP/1.1 200 OK\r\nContent-Le"), Case("a status of two digits", "HTTP/1.1 20 OK\r\n\r\n"),
            Case("a status that is no number", "HTTP/1.1 abc OK\r\n\r\n"), Case("a status of zero", "HTTP/1.1 000 OK\r\n\r\n"),
            Case("a status below all classes", "HTTP/1.1 099 OK\r\n\r\n"),
            Case("a NUL in a value", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\u{0}b\r\n\r\nok"),
            Case("a NUL in a name", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX\u{0}: a\r\n\r\nok"),
            Case("a bare CR in a value", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\rSet-Cookie: b\r\n\r\nok"),
            Case("a NUL in the reason", "HTTP/1.1 200 O\u{0}K\r\nContent-Length: 2\r\n\r\nok"),
            Case("a bare CR in the reason", "HTTP/1.1 200 O\rK\r\nContent-Length: 2\r\n\r\nok"),
            Case("a space before a colon", "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok"),
            Case("a folded field", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\r\n b\r\n\r\nok"),
            Case("an endless line", "HTTP/1.1 200 OK\r\nX: \(String(repeating: "a", count: 100_000))"),
            Case("endless fields", "HTTP/1.1 200 OK\r\n\(String(repeating: "X: a\r\n", count: 20_000))"),
            Case("an unasked 101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
            Case(
                "33 interim answers",
                String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 33) + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        ]

        @Test(arguments: refused)
        func `a head that cannot be trusted is 502, and the connection is closed`(_ hostile: Case) async throws {
            try await blocking {
                let closed = Occasion()
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    connection.sendWhileTaken(hostile.answer)
                    if ["nothing at all", "half a status line", "half a head"].contains(hostile.testDescription) {
                        connection.shutdownWrite()
                    }
                    _ = try connection.readUntilGone()
                    closed.happened()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                #expect(try client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status == 502)
                #expect(closed.wait())
                // The client did nothing wrong and goes on.
                #expect(try client.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").status == 502)
            }
        }

        static let shortened: [Case] = [
            Case("a fixed length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"),
            Case("chunks without an end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
            Case("half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello"),
            Case("half a last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n"),
            Case("a chunk size that is none", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nx\r\n"),
            Case("a chunk longer than its size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloo\r\n0\r\n\r\n"),
        ]

        @Test(arguments: shortened, ["", "proxy_buffering off;"])
        func `an answer that ends early is never completed to the client`(_ hostile: Case, _ settings: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send(hostile.answer)
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, settings)
                let client = try proxy.connect()
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                let all = try client.readUntilGone()
                if all.hasPrefix("HTTP/1.1 502 ") { return }
                #expect(all.hasPrefix("HTTP/1.1 200 "))
                #expect(!all.hasSuffix("0\r\n\r\n") && (!all.contains("chunked") ? all.contains("Content-Length: 10") : true))
            }
        }

        @Test func `an answer until the end that is reset is cut`() async throws {
            try await blocking {
                let seen = Occasion()
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send("HTTP/1.1 200 OK\r\n\r\nhello")
                    _ = seen.wait()
                    connection.reset()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try client.read(until: "hello")
                seen.happened()
                #expect(try !client.readUntilGone().contains("0\r\n\r\n"))
            }
        }

        @Test func `an HTTP/1.0 client cannot take a reset answer for a whole one`() async throws {
            try await blocking {
                let seen = Occasion()
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
                    _ = seen.wait()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                try client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n")
                _ = try client.read(until: "hello")
                seen.happened()
                // Only a reset tells it from the end.
                #expect(throws: RawSocket.Failure.reset("")) { try client.readToEnd() }
            }
        }

        static let excessive: [Case] = [
            Case("behind a fixed length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
            Case(
                "behind the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
            Case("behind a head without a body", "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
            Case("behind a 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nevil"),
            Case("behind an empty body", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
        ]

        @Test(arguments: excessive)
        func `bytes behind the body are dropped, and the connection is not used again`(_ hostile: Case) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, number in
                    while true {
                        _ = try connection.readMessage()
                        try connection.send(number == 1 ? hostile.answer : "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")
                    }
                }
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                let first = try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n", hasBody: !hostile.answer.contains("304"))
                #expect(!first.body.contains("evil"))
                #expect(try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "good")
                #expect(upstream.connectionCount == 2)
            }
        }

        @Test func `bytes that come while the connection is idle end it`() async throws {
            try await blocking {
                let idle = Occasion()
                let upstream = try ScriptedUpstream { connection, number in
                    _ = try connection.readMessage()
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")
                    if number == 1 {
                        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
                        _ = try connection.readUntilGone()
                        idle.happened()
                    }
                }
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                #expect(try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "good")
                #expect(idle.wait())
                #expect(try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "good")
            }
        }

        @Test func `32 interim answers are allowed, and none reaches the client`() async throws {
            try await blocking {
                let interim = String(repeating: "HTTP/1.1 102 Processing\r\nX: a\r\n\r\n", count: 31) + "HTTP/1.1 100 Continue\r\n\r\n"
                let upstream = try ScriptedUpstream.answering(interim + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                let proxy = try ProxyUnderTest.passing(to: upstream)
                #expect(try proxy.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "ok")
            }
        }
    }
}
