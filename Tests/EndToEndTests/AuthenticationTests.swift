import Testing

extension EndToEnd {
    @Suite struct AuthenticationTests {
        /// `user` with the password `word`, and one whose hash is slow.
        private static let users = "user:{PLAIN}word\nslow:$apr1$salt$Xxd1irWT9ycqoYxGFn4cb.\n"
        private static let right = "Basic dXNlcjp3b3Jk"
        private static let wrong = "Basic dXNlcjp3b3Jm"

        private static func server(_ settings: String) throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                server { listen 127.0.0.1:1; auth_basic_user_file users; \(settings) root DIR;
                    location / { auth_basic "here"; }
                    location = /any { auth_basic "here"; satisfy any; deny all; alias DIR/page; }
                    location = /near { auth_basic "here"; satisfy any; allow 127.0.0.1; alias DIR/page; }
                    location = /lost { auth_basic "here"; auth_basic_user_file nobody; } }
                """, files: ["users": users, "page": "inside"])
        }

        @Test(arguments: [
            ("", 401), ("Authorization: \(right)\r\n", 200), ("Authorization: \(wrong)\r\n", 401),
            ("Authorization: basic  dXNlcjp3b3Jk\r\n", 200), ("Authorization: Basic !!!\r\n", 401), ("Authorization: Bearer x\r\n", 401),
            ("Proxy-Authorization: \(right)\r\n", 401), ("Authorization: Basic c2xvdzpwYXNzd29yZA==\r\n", 200),
            ("Authorization: Basic bm9ib2R5Ong=\r\n", 401),
        ])
        func `a location asks for a password`(field: String, status: Int) async throws {
            try await blocking {
                let server = try Self.server("")
                for _ in 0..<2 {
                    let answer = try server.ask("GET /page HTTP/1.1\r\nHost: h\r\n\(field)\r\n")
                    #expect(answer.status == status)
                    #expect((answer.value("WWW-Authenticate") == "Basic realm=\"here\"") == (status == 401))
                }
            }
        }

        @Test func `satisfy any takes the password where the address is not enough`() async throws {
            try await blocking {
                let server = try Self.server("")
                #expect(try server.ask("GET /any HTTP/1.1\r\nHost: h\r\n\r\n").status == 401)
                #expect(try server.ask("GET /any HTTP/1.1\r\nHost: h\r\nAuthorization: \(Self.right)\r\n\r\n").body == "inside")
                #expect(try server.ask("GET /near HTTP/1.1\r\nHost: h\r\n\r\n").body == "inside")
            }
        }

        @Test func `a missing file lets nobody in`() async throws {
            try await blocking {
                let server = try Self.server("")
                #expect(try server.ask("GET /lost HTTP/1.1\r\nHost: h\r\nAuthorization: \(Self.right)\r\n\r\n").status == 403)
            }
        }

        @Test func `who was refused is still known on the page that says so`() async throws {
            try await blocking {
                let proxy = try ProxyUnderTest(
                    """
                    server { listen 127.0.0.1:1; forward_proxy on; auth_basic x; auth_basic_user_file users; error_page 403 /own;
                        forward_rule deny; location = /own { auth_basic off; return 200 "for $remote_user"; } }
                    """, files: ["users": Self.users])
                let answer = try proxy.ask("GET http://a.test/ HTTP/1.1\r\nHost: h\r\nProxy-Authorization: \(Self.right)\r\n\r\n")
                #expect(answer.status == 403)
                #expect(answer.body == "for user")
            }
        }

        @Test func `a forward proxy asks with 407, and does not pass the password on`() async throws {
            try await blocking {
                let recorder = Recorder()
                let upstream = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", recording: recorder)
                let proxy = try ProxyUnderTest(
                    """
                    server { listen 127.0.0.1:1; forward_proxy on; forward_guard_allow 127.0.0.1; forward_connect_ports 1024-65535;
                        auth_basic "proxy"; auth_basic_user_file users; auth_delay 20ms; }
                    """, upstream: upstream, files: ["users": Self.users])
                let place = "127.0.0.1:\(upstream.port)"
                for line in ["GET http://\(place)/ HTTP/1.1\r\n", "CONNECT \(place) HTTP/1.1\r\n"] {
                    for field in ["", "Authorization: \(Self.right)\r\n", "Proxy-Authorization: \(Self.wrong)\r\n"] {
                        let refused = try proxy.ask("\(line)Host: h\r\n\(field)\r\n")
                        #expect(refused.status == 407)
                        #expect(refused.value("Proxy-Authenticate") == "Basic realm=\"proxy\"")
                        #expect(refused.value("Proxy-Status") == "gatehouse; error=http_request_denied")
                    }
                }
                #expect(upstream.connectionCount == 0)
                let answer = try proxy.ask("GET http://\(place)/ HTTP/1.1\r\nHost: h\r\nProxy-Authorization: \(Self.right)\r\n\r\n")
                #expect(answer.status == 200)
                #expect(recorder.messages.first?.value("Proxy-Authorization") == nil)
                #expect(proxy.errorLog.contains("user \"user\": password mismatch"))
            }
        }
    }
}
