import Testing

extension EndToEnd {
    @Suite struct AutoConfigurationTests {
        private static let standard = """
            server { listen 127.0.0.1:1; forward_proxy on; forward_guard_allow 10.0.0.0/8;
                forward_rule deny user=ann; forward_rule bypass domain=.intra.test; forward_rule deny;
                location = /proxy.pac { forward_pac; } location = /other.pac { forward_pac "PROXY $arg_to; PROXY b"; } }
            """

        @Test func `the file tells where it was had from, and what the rules say`() async throws {
            try await blocking {
                let proxy = try ProxyUnderTest(Self.standard)
                let answer = try proxy.ask("GET /proxy.pac HTTP/1.1\r\nHost: Proxy.Test:99\r\n\r\n")
                #expect(answer.status == 200)
                #expect(answer.value("Content-Type") == "application/x-ns-proxy-autoconfig")
                #expect(answer.body.contains("var proxy = \"PROXY proxy.test:\(proxy.port)\";"))
                #expect(answer.body.contains("if ((isBelow(host, \"intra.test\"))) return \"DIRECT\";"))
                #expect(answer.body.contains("isInNet(host, \"10.0.0.0\", \"255.0.0.0\")) return false;"))
                #expect(!answer.body.contains("if (true)"))
                #expect(try proxy.ask("POST /proxy.pac HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").status == 405)
            }
        }

        @Test func `nothing that a client says ends the string it stands in`() async throws {
            try await blocking {
                let proxy = try ProxyUnderTest(Self.standard)
                let answer = try proxy.ask("GET /other.pac?to=a%22;</script>'\\ HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(answer.body.contains("var proxy = \"PROXY a\\x2522;\\x3c/script\\x3e\\x27\\x5c; PROXY b\";"))
            }
        }

        @Test func `what leads to a proxy elsewhere has to be said`() throws {
            _ = try ProxyUnderTest("server { listen 127.0.0.1:1; location / { forward_pac \"PROXY p:1\"; } }")
            #expect(throws: ProxyUnderTest.Refused.self) {
                try ProxyUnderTest("server { listen 127.0.0.1:1; location / { forward_pac; } }")
            }
        }
    }
}
