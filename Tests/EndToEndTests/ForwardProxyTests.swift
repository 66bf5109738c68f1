import Testing

extension EndToEnd {
    @Suite struct ForwardProxyTests {
        /// The backend is on the loopback, which has to be opened.
        private static func proxy(_ extra: String = "", to upstream: ScriptedUpstream) throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                server {
                    listen 127.0.0.1:1; forward_proxy on; forward_guard_allow 127.0.0.1;
                    forward_ports 9 1024-65535; forward_connect_ports 9 1024-65535; \(extra)
                    location /own { return 200 "own page"; }
                }
                """, upstream: upstream)
        }

        private static let answer = "HTTP/1.1 200 OK\r\nServer: theirs\r\nX-Accel-Redirect: /own\r\nContent-Length: 5\r\n\r\nthere"

        @Test func `a request in absolute form goes where it asks, without credentials and foreign hosts`() async throws {
            try await blocking {
                let recorder = Recorder()
                let upstream = try ScriptedUpstream.answering(Self.answer, recording: recorder)
                let proxy = try Self.proxy(to: upstream)
                let place = "127.0.0.1:\(upstream.port)"
                let answer = try proxy.ask(
                    "GET http://\(place)/a/../b?x=%zz HTTP/1.1\r\nHost: elsewhere\r\nProxy-Authorization: Basic eDp5\r\n"
                        + "Proxy-Connection: keep-alive\r\nX-Mine: kept\r\n\r\n")
                #expect(answer.status == 200)
                #expect(answer.body == "there")
                #expect(answer.value("Server") == "theirs")
                #expect(answer.value("Proxy-Status") == nil && answer.value("Via") == nil)
                let request = try #require(recorder.messages.first)
                #expect(request.startLine == "GET /a/../b?x=%zz HTTP/1.1")
                #expect(request.values("Host") == [place])
                #expect(request.value("X-Mine") == "kept")
                for name in ["Proxy-Authorization", "Proxy-Connection", "Via", "X-Forwarded-For", "Forwarded", "X-Real-IP"] {
                    #expect(request.value(name) == nil)
                }
            }
        }

        @Test func `a body is passed on whatever its length`() async throws {
            try await blocking {
                let recorder = Recorder()
                let upstream = try ScriptedUpstream.answering(Self.answer, recording: recorder)
                let proxy = try Self.proxy(to: upstream)
                let body = String(repeating: "x", count: 1_500_000)
                let answer = try proxy.ask(
                    "POST http://127.0.0.1:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                #expect(answer.status == 200)
                #expect(recorder.messages.first?.body.utf8.count == body.utf8.count)
            }
        }

        @Test(arguments: ["HTTP/1.1\r\nHost: h", "HTTP/1.0", "HTTP/1.0\r\nHost: h"])
        func `CONNECT opens a tunnel, and what came with it is not lost`(version: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    let word = try connection.read(5)
                    try connection.send(word + "!")
                    connection.shutdownWrite()
                    _ = try connection.readToEnd()
                }
                let proxy = try Self.proxy(to: upstream)
                let place = "127.0.0.1:\(upstream.port)"
                let client = try proxy.connect()
                try client.send("CONNECT \(place) \(version)\r\n\r\nhello")
                #expect(try client.readMessage(hasBody: false).status == 200)
                #expect(try client.readToEnd() == "hello!")
            }
        }

        @Test func `requests in origin form are for the server itself, and it has no other pages than its own`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let proxy = try Self.proxy(to: upstream)
                #expect(try proxy.ask("GET /own HTTP/1.1\r\nHost: h\r\n\r\n").body == "own page")
                #expect(try proxy.ask("GET /other HTTP/1.1\r\nHost: h\r\n\r\n").status == 400)
                // The destination's path is no location of ours.
                #expect(try proxy.ask("GET http://127.0.0.1:\(upstream.port)/own HTTP/1.1\r\nHost: h\r\n\r\n").body == "there")
            }
        }

        @Test(arguments: [
            ("GET https://127.0.0.1/", 400, "http_request_error"), ("GET http://127.0.0.1:25/", 403, "http_request_denied"),
            ("CONNECT 127.0.0.1:22", 403, "http_request_denied"), ("GET http://127.1:UP/", 400, "http_request_error"),
            ("GET http://[::1]:UP/", 403, "destination_ip_prohibited"), ("GET http://127.0.0.2:UP/", 403, "destination_ip_prohibited"),
            ("CONNECT [::ffff:127.0.0.2]:UP", 403, "destination_ip_prohibited"),
            ("GET http://10.0.0.1:UP/", 403, "destination_ip_prohibited"),
            ("GET http://169.254.169.254:UP/latest/", 403, "destination_ip_prohibited"),
            ("GET http://0.0.0.0:UP/", 403, "destination_ip_prohibited"),
            ("GET http://name.invalid:UP/", 502, "dns_error"), ("DELETE http://127.0.0.1:UP/", 405, "http_request_denied"),
        ])
        func `what may not be had is refused with a reason`(line: String, status: Int, error: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let proxy = try Self.proxy("forward_methods GET CONNECT;", to: upstream)
                let line = line.replacing("UP", with: "\(upstream.port)")
                let answer = try proxy.ask("\(line) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(answer.status == status)
                #expect(answer.value("Proxy-Status") == "gatehouse; error=\(error)")
                #expect(upstream.connectionCount == 0)
            }
        }

        @Test(arguments: ["GET http://127.0.0.1:9/", "CONNECT 127.0.0.1:9"])
        func `a destination that takes no connection is a bad gateway`(line: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let proxy = try Self.proxy(to: upstream)
                let answer = try proxy.ask("\(line) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(answer.status == 502)
                #expect(answer.value("Proxy-Status") == "gatehouse; error=connection_refused")
            }
        }

        @Test func `with forward_via a loop is found`() async throws {
            try await blocking {
                let recorder = Recorder()
                let upstream = try ScriptedUpstream.answering(Self.answer, recording: recorder)
                let proxy = try Self.proxy("forward_via me;", to: upstream)
                let line = "GET http://127.0.0.1:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\n"
                #expect(try proxy.ask(line + "Via: 1.0 other\r\n\r\n").value("Via") == "1.1 me")
                #expect(recorder.messages.first?.values("Via") == ["1.0 other, 1.1 me"])
                let again = try proxy.ask(line + "Via: 1.0 other, 1.1 me\r\n\r\n")
                #expect(again.status == 502)
                #expect(again.value("Proxy-Status") == "me; error=proxy_loop_detected")
            }
        }

        @Test func `error pages of the server explain refusals`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering(Self.answer)
                let proxy = try Self.proxy("error_page 403 /own;", to: upstream)
                for line in ["GET http://10.0.0.1:8080/", "CONNECT 10.0.0.1:8080"] {
                    let answer = try proxy.ask("\(line) HTTP/1.1\r\nHost: h\r\n\r\n")
                    #expect(answer.status == 403)
                    #expect(answer.body == "own page")
                    #expect(answer.value("Proxy-Status") == "gatehouse; error=destination_ip_prohibited")
                }
            }
        }
    }
}
