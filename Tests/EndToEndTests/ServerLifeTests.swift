import Testing

extension EndToEnd {
    /// Limits, reloads and the end.
    struct ServerLifeTests {
        static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        static let passing = "server { listen 127.0.0.1:1; location / { proxy_pass http://UPSTREAM; } }"

        @Test func `at worker_connections accepting waits, nobody established is hurt, and it goes on by itself`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.ok)
                let proxy = try ProxyUnderTest(Self.passing, upstream: upstream, events: "worker_connections 4;")
                let clients = try (0..<4).map { _ in try proxy.connect() }
                for client in clients { try client.send(Self.get) }
                let answered = try clients.prefix(2).map { try $0.readMessage().status }
                #expect(answered == [200, 200])
                let late = try proxy.connect()
                try late.send(Self.get)
                for client in clients.prefix(2) { #expect(try client.ask(Self.get).status == 200) }
                for client in clients { client.close() }
                #expect(try late.readMessage().status == 200)
            }
        }

        @Test func `reloads under load lose no request`() async throws {
            let upstream = try ScriptedUpstream.answering(Self.ok)
            let proxy = try ProxyUnderTest(Self.passing, upstream: upstream)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await blocking {
                            var client = try proxy.connect()
                            for number in 0..<300 {
                                let answer = try client.ask(Self.get)
                                #expect(answer.body == "ok")
                                if number % 10 == 9 || answer.value("Connection") == "close" { client = try proxy.connect() }
                            }
                        }
                    }
                }
                for _ in 0..<20 { try await proxy.reload(Self.passing) }
                try await group.waitForAll()
            }
        }

        @Test func `a configuration that comes while the loops start is the one they serve`() async throws {
            let upstream = try ScriptedUpstream.answering(Self.ok)
            for _ in 0..<20 {
                let proxy = try ProxyUnderTest("server { listen 127.0.0.1:1; return 200 old; }", upstream: upstream)
                try await proxy.reload("server { listen 127.0.0.1:1; return 200 new; }")
                let answer = try await blocking { try proxy.ask(Self.get) }
                #expect(answer.body == "new")
            }
        }

        @Test func `a request under way finishes on the generation it began with`() async throws {
            let (asked, reloaded) = (Occasion(), Occasion())
            let upstream = try ScriptedUpstream { connection, _ in
                _ = try connection.readMessage()
                asked.happened()
                _ = reloaded.wait()
                try connection.send(Self.ok)
                _ = try connection.readUntilGone()
            }
            let proxy = try ProxyUnderTest(Self.passing, upstream: upstream)
            let client = try await blocking {
                let client = try proxy.connect()
                try client.send(Self.get)
                #expect(asked.wait())
                return client
            }
            try await proxy.reload("server { listen 127.0.0.1:1; return 200 new; }")
            try await blocking {
                let other = try proxy.ask(Self.get)
                reloaded.happened()
                let bodies = try [other, client.readMessage(), client.ask(Self.get)].map(\.body)
                #expect(bodies == ["new", "ok", "new"])
            }
        }

        @Test func `draining refuses the new, closes the idle and finishes what is under way`() async throws {
            try await blocking {
                let (asked, released) = (Occasion(), Occasion())
                let upstream = try ScriptedUpstream { connection, number in
                    _ = try connection.readMessage()
                    if number == 1 {
                        asked.happened()
                        _ = released.wait()
                    }
                    try connection.send(Self.ok)
                    _ = try connection.readUntilGone()
                }
                let proxy = try ProxyUnderTest(Self.passing, upstream: upstream)
                let (busy, idle) = (try proxy.connect(), try proxy.connect())
                try busy.send(Self.get)
                #expect(asked.wait())
                #expect(try idle.ask(Self.get).status == 200)
                proxy.drain()
                #expect(try idle.readToEnd().isEmpty)
                released.happened()
                let answer = try busy.readMessage()
                #expect(answer.body == "ok" && answer.value("Connection") == "close")
                #expect(try busy.readToEnd().isEmpty)
                #expect(proxy.waitForEnd())
                #expect(throws: RawSocket.Failure.self) { try proxy.connect().ask(Self.get) }
            }
        }
    }
}
