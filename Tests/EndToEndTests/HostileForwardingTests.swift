import GatehouseWire
import Testing

extension EndToEnd {
    /// Clients, destinations and parents of a forward proxy that do what they should not.
    @Suite struct HostileForwardingTests {
        private static func proxy(_ extra: String = "", listen: String = "", exit: String = "direct") throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                forward_exit out \(exit);
                server { listen 127.0.0.1:1 \(listen); forward_proxy on; forward_ports 1-65535; forward_connect_ports 1-65535;
                    forward_guard_allow 127.0.0.1; forward_rule exit out; \(extra) }
                """)
        }

        @Test(arguments: [
            "CONNECT", "CONNECT :443", "CONNECT a", "CONNECT a:", "CONNECT a:0", "CONNECT a:99999", "CONNECT a:443/x", "CONNECT a:4x3",
            "CONNECT http://a:443", "CONNECT a:443:443", "CONNECT u@a:443", "CONNECT [::1]", "CONNECT [::1:443", "CONNECT *", "CONNECT /",
            "GET http://", "GET http:///x", "GET http://:80/", "GET http://a:b/", "GET http://a:99999/", "GET http://[::1/",
            "GET http://[::1]x/",
            "GET http://u@127.0.0.1/", "GET http://u:p@127.0.0.1/", "GET http:/a", "GET http:a", "GET http://a\u{1}b/", "GET http://a<b/",
            "GET ://a/", "GET *", "GET a:80", "GET http://a\\@b/", "GET file:///etc/passwd", "GET gopher://127.0.0.1:70/_x",
        ])
        func `a malformed target is refused`(line: String) async throws {
            try await blocking {
                let proxy = try Self.proxy()
                let answer = try proxy.ask("\(line) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect((400...405).contains(answer.status))
            }
        }

        @Test func `endless fields and slow heads end`() async throws {
            try await blocking {
                let proxy = try Self.proxy("client_header_timeout 100ms;")
                let endless = try proxy.connect()
                try endless.send("GET http://127.0.0.1:9/ HTTP/1.1\r\nHost: h\r\n")
                endless.sendWhileTaken(String(repeating: "X-Field: value\r\n", count: 50_000))
                let answer = String(decoding: try endless.readBytesToGone().prefix(12), as: UTF8.self)
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"))
                let slow = try proxy.connect()
                try slow.send("CONNECT 127.0.0.1:9 HT")
                #expect(String(decoding: try slow.readBytesToGone().prefix(12), as: UTF8.self) == "HTTP/1.1 408")
            }
        }

        @Test func `a SOCKS negotiation may come byte by byte`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    try connection.send("got " + connection.read(5))
                    _ = try connection.readToEnd()
                }
                let proxy = try Self.proxy(listen: "socks5")
                let client = try proxy.connect()
                let request: [UInt8] = [5, 3, 9, 0, 2, 5, 1, 0, 3, 9] + Array("127.0.0.1".utf8) + [UInt8(upstream.port >> 8)]
                for byte in request + [UInt8(truncatingIfNeeded: upstream.port)] { try client.send([byte]) }
                for byte in Array("hello".utf8) { try client.send([byte]) }
                #expect(try client.readBytes(12) == [5, 0] + SOCKSReply.succeeded.bytes)
                #expect(try client.read(9) == "got hello")
            }
        }

        @Test(
            arguments: [
                [5, 255] + [UInt8](repeating: 7, count: 5000), [UInt8](repeating: 5, count: 100_000),
                [5, 1, 0, 5, 1, 9, 9] + [UInt8](repeating: 0, count: 9000),
                [5, 1, 0, 5, 1, 0, 3, 255] + [UInt8](repeating: 0, count: 9000), [5, 1, 0] + [UInt8](repeating: 0, count: 100_000),
            ] as [[UInt8]])
        func `an oversize SOCKS negotiation is closed`(input: [UInt8]) async throws {
            try await blocking {
                let proxy = try Self.proxy(listen: "socks5")
                let client = try proxy.connect()
                client.sendWhileTaken(String(decoding: input.filter { $0 < 128 }, as: UTF8.self))
                #expect(try client.readBytesToGone().count <= 12)
            }
        }

        @Test(arguments: [
            ("HTTP/1.1 20 What\r\n\r\n", 502, "http_protocol_error"), ("", 502, "http_response_incomplete"),
            ("HTTP/1.1 200 OK\r\nContent-", 502, "http_response_incomplete"),
        ])
        func `what a destination does wrong is told`(text: String, status: Int, error: String) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send(text)
                }
                let answer = try Self.proxy().ask("GET http://127.0.0.1:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(answer.status == status)
                #expect(answer.value("Proxy-Status") == "gatehouse; error=\(error)")
            }
        }

        @Test func `silence, a body too large, and an exit without its address are told`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream { connection, _ in _ = try connection.readToEnd() }
                let place = "http://127.0.0.1:\(upstream.port)/"
                let proxy = try Self.proxy("proxy_read_timeout 100ms; client_max_body_size 1;")
                let silent = try proxy.ask("GET \(place) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(silent.status == 504 && silent.value("Proxy-Status") == "gatehouse; error=http_response_timeout")
                let large = try proxy.ask("POST \(place) HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123456789")
                #expect(large.status == 413 && large.value("Proxy-Status") == "gatehouse; error=http_request_error")
                let away = try Self.proxy(exit: "direct bind=192.0.2.77")
                for line in ["GET \(place)", "CONNECT 127.0.0.1:\(upstream.port)"] {
                    let answer = try away.ask("\(line) HTTP/1.1\r\nHost: h\r\n\r\n")
                    #expect(answer.status == 502 && answer.value("Proxy-Status") == "gatehouse; error=proxy_configuration_error")
                }
                #expect(away.errorLog.contains("bind() failed (99"))
            }
        }

        @Test(arguments: [
            ("http", "nonsense\r\n\r\n"), ("http", "HTTP/1.1 abc\r\n\r\n"),
            ("http", String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 20)),
            ("http", "HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 10_000)), ("http", ""),
            ("http", "HTTP/1.1 407 No\r\n\r\n"),
            ("socks5", "nonsense"), ("socks5", "\u{5}"), ("socks5", "\u{4}\u{0}"), ("socks5", "\u{5}\u{2}"),
            ("socks5", "\u{5}\u{0}\u{4}nonsense"),
            ("socks5", "\u{5}\u{0}\u{5}\u{0}\u{0}\u{9}\u{1}\u{1}\u{1}"), ("socks5", "\u{5}\u{0}\u{5}\u{0}\u{0}\u{3}\u{7f}short"),
            ("socks5", "\u{5}\u{0}\u{5}\u{63}\u{0}\u{1}\u{1}"),
        ])
        func `a parent that lies opens nothing`(kind: String, answer: String) async throws {
            try await blocking {
                let parent = try ScriptedUpstream { connection, _ in
                    _ = try connection.readBytes(3)
                    connection.sendWhileTaken(answer)
                    connection.shutdownWrite()
                    _ = try connection.readToEnd()
                }
                let proxy = try Self.proxy(exit: "\(kind)://127.0.0.1:\(parent.port)")
                let refused = try proxy.ask("CONNECT place.test:443 HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(refused.status == 502)
                #expect(refused.value("Proxy-Status")?.hasPrefix("gatehouse; error=") == true)
            }
        }

        @Test(arguments: ["http", "socks5"])
        func `a parent that hangs is given up`(kind: String) async throws {
            try await blocking {
                let parent = try ScriptedUpstream { connection, _ in _ = try connection.readToEnd() }
                let proxy = try Self.proxy("tunnel_read_timeout 100ms;", exit: "\(kind)://127.0.0.1:\(parent.port)")
                let refused = try proxy.ask("CONNECT place.test:443 HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(refused.status == 504)
                #expect(refused.value("Proxy-Status") == "gatehouse; error=connection_timeout")
            }
        }

        @Test(arguments: [("whole", ", client: 127.0.0.1, "), ("masked", ", client: 127.0.0.0, "), ("off", nil)])
        func `the error log tells as much of the client as it may`(disclosure: String, part: String?) async throws {
            try await blocking {
                let proxy = try Self.proxy("error_log_client \(disclosure);")
                #expect(try proxy.ask("CONNECT 10.0.0.1:443 HTTP/1.1\r\nHost: h\r\n\r\n").status == 403)
                let line = proxy.errorLog.split(separator: "\n").first { $0.contains("does not connect to 10.0.0.1") }
                let text = String(try #require(line))
                if let part { #expect(text.contains(part)) } else { #expect(!text.contains("client:") && !text.contains("127.0.0.1,")) }
            }
        }
    }
}
