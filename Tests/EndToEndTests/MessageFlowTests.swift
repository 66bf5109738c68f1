import Testing

extension EndToEnd {
    /// HTTP/1 as well-behaved peers speak it.
    struct MessageFlowTests {
        static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

        @Test func `pipelined requests are answered in order`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    while true {
                        let path = try connection.readMessage().startLine.split(separator: " ")[1]
                        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")
                    }
                }
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                try client.send((0..<200).map { "POST /\($0) HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" }.joined())
                for number in 0..<200 { #expect(try client.readMessage().body == "/\(number)") }
            }
        }

        @Test func `each request has an id of 32 hexadecimal digits`() async throws {
            try await blocking {
                let proxy = try ProxyUnderTest("server { listen 127.0.0.1:1; location / { return 200 $request_id,$request_id; } }")
                let client = try proxy.connect()
                let ids = try (0..<20).map { _ in try client.ask(Self.get).body.split(separator: ",") }
                for id in ids { #expect(id[0] == id[1] && id[0].count == 32 && id[0].allSatisfy { "0123456789abcdef".contains($0) }) }
                #expect(Set(ids.map { $0[0] }).count == 20)
            }
        }

        @Test(arguments: ["off", "on"])
        func `a client that waits for 100 gets it before it sends its body`(_ buffering: String) async throws {
            try await blocking {
                let seen = Recorder()
                let upstream = try ScriptedUpstream.answering(Self.ok, recording: seen)
                let proxy = try ProxyUnderTest.passing(to: upstream, "proxy_request_buffering \(buffering);")
                let client = try proxy.connect()
                try client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
                #expect(try client.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
                #expect(try client.ask("hello").status == 200)
                #expect(seen.messages.first?.body == "hello")
            }
        }

        @Test func `an answer to HEAD ends with its head`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                for _ in 0..<3 {
                    let answer = try client.ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", hasBody: false)
                    #expect(answer.value("Content-Length") == "1000")
                }
                #expect(upstream.connectionCount == 1)
            }
        }

        @Test(arguments: ["204 No Content", "304 Not Modified"])
        func `an answer that has no body by its status ends with its head`(_ status: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering("HTTP/1.1 \(status)\r\nETag: \"a\"\r\n\r\n")
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                for _ in 0..<3 {
                    let answer = try client.ask(Self.get, hasBody: false)
                    #expect(answer.startLine == "HTTP/1.1 \(status)" && answer.value("Transfer-Encoding") == nil)
                }
            }
        }

        @Test func `an HTTP/1.0 client gets no chunks, and the end of the connection`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                try client.send("GET / HTTP/1.0\r\n\r\n")
                let answer = try client.readToEnd()
                #expect(answer.hasSuffix("\r\n\r\nhello") && !answer.contains("chunked"))
            }
        }

        @Test func `an HTTP/1.0 client may keep its connection where the length is known`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.ok)
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                for _ in 0..<2 {
                    let answer = try client.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    #expect(answer.body == "ok" && answer.value("Connection") == "keep-alive")
                }
            }
        }

        @Test func `an upstream that ends its body by closing is passed on in chunks`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send("HTTP/1.0 200 OK\r\n\r\nhello")
                }
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                #expect(try client.ask(Self.get).body == "hello")
                #expect(try client.ask(Self.get).body == "hello")
            }
        }

        @Test func `a body is streamed as it comes where buffering is off`() async throws {
            try await blocking {
                let (first, second) = (Occasion(), Occasion())
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.read(until: "first")
                    first.happened()
                    _ = try connection.read(until: "0\r\n\r\n")
                    try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
                    _ = second.wait()
                    try connection.send("3\r\ntwo\r\n0\r\n\r\n")
                }
                let proxy = try ProxyUnderTest.passing(to: upstream, "proxy_request_buffering off; proxy_buffering off;")
                let client = try proxy.connect()
                try client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
                #expect(first.wait())
                try client.send("6\r\nsecond\r\n0\r\n\r\n")
                _ = try client.read(until: "one")
                second.happened()
                _ = try client.read(until: "two")
                #expect(try client.read(until: "0\r\n\r\n") == "\r\n0\r\n\r\n")
            }
        }

        @Test(arguments: [1, 100_000, 5_000_000], ["off", "on"])
        func `bodies of any size arrive whole, both ways`(_ size: Int, _ buffering: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    let body = try connection.readMessage().body
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                    _ = try connection.readUntilGone()
                }
                let proxy = try ProxyUnderTest.passing(
                    to: upstream, "client_max_body_size 0; proxy_request_buffering \(buffering); proxy_buffering \(buffering);")
                let body = String(repeating: "0123456789abcdef", count: size / 16 + 1)
                let answer = try proxy.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                #expect(answer.body == body)
            }
        }
    }
}
