import Testing

extension EndToEnd {
    @Suite struct AnonymityTests {
        private static let fields = """
            X-Forwarded-For: 10.1.1.1\r
            Via: 1.1 inner\r
            X-Client-Data: abc\r
            User-Agent: Mine/1.0 (odd)\r
            Accept-Language: gsw-CH\r
            Cookie: id=7\r
            Referer: http://other.test/path?q=1\r
            Sec-CH-UA-Model: "X1"\r
            Accept: text/html\r\n
            """

        @Test(
            arguments: [
                (
                    "off", ["X-Forwarded-For", "Via", "X-Client-Data", "Cookie", "Sec-CH-UA-Model"], "Mine/1.0 (odd)",
                    "http://other.test/path?q=1"
                ),
                ("standard", ["Cookie", "Sec-CH-UA-Model"], "Mine/1.0 (odd)", "http://other.test/"), ("strict", [], "Mozilla/5.0", nil),
            ] as [(String, [String], String, String?)])
        func `presets decide what is sent`(preset: String, kept: [String], agent: String, referer: String?) async throws {
            try await blocking {
                let recorder = Recorder()
                let upstream = try ScriptedUpstream.answering(
                    "HTTP/1.1 200 OK\r\nSet-Cookie: id=8\r\nContent-Length: 0\r\n\r\n", recording: recorder)
                let proxy = try ProxyUnderTest(
                    """
                    server { listen 127.0.0.1:1; forward_proxy on; forward_guard_allow 127.0.0.1; forward_ports 1024-65535;
                        forward_anonymize \(preset); }
                    """, upstream: upstream)
                let answer = try proxy.ask("GET http://127.0.0.1:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\n\(Self.fields)\r\n")
                #expect((answer.value("Set-Cookie") == nil) == (preset == "strict"))
                let request = try #require(recorder.messages.first)
                let watched = ["X-Forwarded-For", "Via", "X-Client-Data", "Cookie", "Sec-CH-UA-Model"]
                #expect(watched.filter { request.value($0) != nil } == kept)
                #expect(request.values("User-Agent") == [agent])
                #expect(request.values("Accept-Language") == [preset == "strict" ? "en-US,en;q=0.5" : "gsw-CH"])
                #expect(request.value("Referer") == referer)
                #expect(request.value("Accept") == "text/html")
            }
        }

        @Test func `what the client did not send is not made up`() async throws {
            try await blocking {
                let recorder = Recorder()
                let upstream = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", recording: recorder)
                let proxy = try ProxyUnderTest(
                    """
                    server { listen 127.0.0.1:1; forward_proxy on; forward_guard_allow 127.0.0.1; forward_ports 1024-65535;
                        forward_anonymize standard; }
                    """, upstream: upstream)
                _ = try proxy.ask("GET http://127.0.0.1:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(recorder.messages.first?.head.split(separator: "\r\n").count == 2)
            }
        }
    }
}
