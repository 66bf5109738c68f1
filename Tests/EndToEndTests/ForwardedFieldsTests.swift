import Testing

extension EndToEnd {
    /// What reaches a backend of what the client sent.
    struct ForwardedFieldsTests {
        private func forwarded(_ fields: String, body: String = "", _ settings: String = "") async throws -> RawMessage {
            try await blocking {
                let seen = Recorder()
                let upstream = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", recording: seen)
                let proxy = try ProxyUnderTest.passing(to: upstream, settings)
                let method = body.isEmpty ? "GET" : "POST"
                #expect(try proxy.ask("\(method) /p HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)").status == 200)
                return try #require(seen.messages.first)
            }
        }

        @Test(arguments: ["Host", "X-Forwarded-For", "X-Real-IP", "X-Forwarded-Proto", "Authorization", "Cookie"])
        func `Connection cannot strip what a backend relies on`(_ name: String) async throws {
            let settings = """
                proxy_set_header Host $host; proxy_set_header X-Real-IP $remote_addr;
                proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;
                """
            let request = try await forwarded(
                "Connection: close, \(name)\r\nAuthorization: b\r\nCookie: c\r\nX-Forwarded-For: 1.2.3.4", settings)
            #expect(request.values(name).count == 1)
            #expect(request.value("X-Forwarded-For") == "1.2.3.4, 127.0.0.1")
        }

        @Test(arguments: ["Content-Length", "Transfer-Encoding"])
        func `Connection cannot strip the framing`(_ name: String) async throws {
            let framing = name == "Content-Length" ? "Content-Length: 5" : "Transfer-Encoding: chunked"
            let body = name == "Content-Length" ? "hello" : "5\r\nhello\r\n0\r\n\r\n"
            for buffering in ["on", "off"] {
                let request = try await forwarded(
                    "Connection: keep-alive, \(name)\r\n\(framing)", body: body, "proxy_request_buffering \(buffering);")
                #expect(request.body == "hello")
            }
        }

        @Test func `hop-by-hop fields and those that Connection names end here`() async throws {
            let request = try await forwarded(
                "Connection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\nUpgrade: x\r\nProxy-Connection: close\r\nX-Kept: 1"
            )
            for name in ["X-Hop", "Keep-Alive", "TE", "Upgrade", "Expect", "Trailer"] { #expect(request.value(name) == nil, "\(name)") }
            #expect(request.value("X-Kept") == "1")
        }

        @Test func `chunk extensions and trailers of a client are dropped, and the framing is ours`() async throws {
            let request = try await forwarded(
                "Transfer-Encoding: chunked", body: "5;a=b\r\nhello\r\n0\r\nHost: evil\r\nContent-Length: 7\r\n\r\n",
                "proxy_request_buffering off;")
            #expect(request.body == "hello")
            #expect(request.values("Host").count == 1 && !request.head.contains("evil"))
        }

        @Test func `names with underscores are dropped`() async throws {
            let request = try await forwarded("X_Forwarded_For: 1\r\nX-Kept: 1")
            #expect(!request.head.contains("X_"))
        }

        @Test func `a value that holds a line end becomes no field of its own`() async throws {
            let request = try await forwarded("X: a", "proxy_set_header X-Path $uri; rewrite ^ /a%0d%0aEvil:%201 break;")
            #expect(request.value("Evil") == nil)
        }
    }
}
