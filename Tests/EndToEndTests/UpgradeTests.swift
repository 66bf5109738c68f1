import Testing

extension EndToEnd {
    /// WebSocket and its kin (RFC 9110 §7.8).
    struct UpgradeTests {
        static let settings = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"
        static let request = "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        static let switched = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"

        @Test func `bytes right behind the request wait for the 101`() async throws {
            try await blocking {
                let (asked, early) = (Occasion(), Recorder())
                let upstream = try ScriptedUpstream { connection, _ in
                    early.add(try connection.readMessage())
                    asked.happened()
                    try connection.send(Self.switched + "welcome")
                    #expect(try connection.read(5) == "hello")
                    try connection.send("back")
                    _ = try connection.readUntilGone()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, Self.settings)
                let client = try proxy.connect()
                try client.send(Self.request + "hello")
                #expect(try client.readMessage().status == 101)
                #expect(try client.read(until: "back") == "welcomeback")
                #expect(early.messages.first?.value("Upgrade") == "websocket")
            }
        }

        @Test func `bytes behind a request that was not switched are the next request`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                let proxy = try ProxyUnderTest.passing(to: upstream, Self.settings)
                let client = try proxy.connect()
                try client.send(Self.request + Self.request)
                #expect(try client.readMessage().status == 200)
                #expect(try client.readMessage().status == 200)
            }
        }

        @Test func `either side may end its half and still be told things`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send(Self.switched)
                    #expect(try connection.readToEnd() == "bye")
                    try connection.send("still here")
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, Self.settings)
                let client = try proxy.connect()
                #expect(try client.ask(Self.request).status == 101)
                try client.send("bye")
                client.shutdownWrite()
                #expect(try client.readToEnd() == "still here")
            }
        }

        @Test func `an upstream that ends its half still gets what the client says`() async throws {
            try await blocking {
                let told = Occasion()
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send(Self.switched + "bye")
                    connection.shutdownWrite()
                    #expect(try connection.readToEnd() == "still here")
                    told.happened()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, Self.settings)
                let client = try proxy.connect()
                #expect(try client.ask(Self.request).status == 101)
                #expect(try client.readToEnd() == "bye")
                try client.send("still here")
                client.shutdownWrite()
                #expect(told.wait())
            }
        }

        @Test(arguments: ["client", "upstream"])
        func `a tunnel that breaks on one side is ended on the other`(_ side: String) async throws {
            try await blocking {
                let (ready, over) = (Occasion(), Occasion())
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send(Self.switched)
                    _ = ready.wait()
                    if side == "upstream" { return connection.reset() }
                    _ = try connection.readUntilGone()
                    over.happened()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, Self.settings)
                let client = try proxy.connect()
                #expect(try client.ask(Self.request).status == 101)
                ready.happened()
                if side == "client" {
                    client.reset()
                    #expect(over.wait(milliseconds: 500))
                } else {
                    #expect(try client.readUntilGone().isEmpty)
                }
            }
        }

        @Test func `a silent tunnel ends after proxy_read_timeout`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send(Self.switched)
                    _ = try connection.readUntilGone()
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, Self.settings + "proxy_read_timeout 50ms;")
                let client = try proxy.connect()
                #expect(try client.ask(Self.request).status == 101)
                #expect(try client.readUntilGone().isEmpty)
            }
        }
    }
}
