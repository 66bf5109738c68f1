import Testing

extension EndToEnd {
    @Suite struct ForwardRulesTests {
        private static func proxy(_ rules: String, to upstream: ScriptedUpstream, http: String = "") throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                \(http)
                server { listen 127.0.0.1:1; forward_proxy on; forward_guard_allow 127.0.0.0/8;
                    forward_ports 1024-65535; forward_connect_ports 1024-65535; \(rules) }
                """, upstream: upstream, files: ["list": "0.0.0.0 localhost.test 127.0.0.1\n||blocked.test^\n"])
        }

        private static func upstream() throws -> ScriptedUpstream {
            try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        }

        @Test(arguments: [
            ("deny;", 403), ("allow; forward_rule deny;", 200), ("deny port=1-1023; forward_rule allow;", 200),
            ("deny domain=127.0.0.1;", 403), ("deny !domain=127.0.0.1;", 200), ("deny method=POST,PUT;", 200), ("deny method=GET;", 403),
            ("deny client=127.0.0.1;", 403), ("deny client=10.0.0.0/8;", 200), ("deny address=127.0.0.0/8;", 403),
            ("deny address=10.0.0.0/8;", 200), ("deny url=~/private;", 403), ("deny url=~*/PRIVATE;", 403), ("deny url=~/public;", 200),
            ("deny user=ann;", 200), ("allow user=ann; forward_rule deny;", 403), ("deny time=00:00-24:00;", 403),
            ("deny domain=~^127;", 403), ("deny port=1024-65535 domain=.com;", 200),
        ])
        func `the first rule that holds decides`(rule: String, status: Int) async throws {
            try await blocking {
                let upstream = try Self.upstream()
                let proxy = try Self.proxy("forward_rule \(rule)", to: upstream)
                let answer = try proxy.ask("GET http://127.0.0.1:\(upstream.port)/private HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(answer.status == status)
                #expect((answer.value("Proxy-Status") == "gatehouse; error=http_request_denied") == (status == 403))
                #expect((upstream.connectionCount == 0) == (status == 403))
            }
        }

        @Test func `a redirect answers a plain request, and a tunnel does not open`() async throws {
            try await blocking {
                let upstream = try Self.upstream()
                let proxy = try Self.proxy("forward_rule redirect https://rules.test/$host domain=.test;", to: upstream)
                let answer = try proxy.ask("GET http://a.test:8080/ HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(answer.status == 302)
                #expect(answer.value("Location") == "https://rules.test/a.test")
                #expect(try proxy.ask("CONNECT a.test:8080 HTTP/1.1\r\nHost: h\r\n\r\n").status == 403)
            }
        }

        @Test(arguments: [("blocked.test", 403), ("www.blocked.test", 403), ("own.test", 403), ("good.own.test", 502)])
        func `names are looked up in sets`(name: String, status: Int) async throws {
            try await blocking {
                let upstream = try Self.upstream()
                let proxy = try Self.proxy(
                    "forward_rule deny domain=@ads;", to: upstream,
                    http: "domain_set ads { file list; domain own.test; except good.own.test; }")
                #expect(try proxy.ask("GET http://\(name):8080/ HTTP/1.1\r\nHost: h\r\n\r\n").status == status)
            }
        }

        @Test(arguments: [
            "forward_rule deny domain=@none;", "forward_rule deny port=x;", "forward_rule deny colour=red;", "forward_rule drop;",
            "forward_rule redirect;", "forward_rule deny time=noon;", "forward_rule deny url=plain;",
        ])
        func `rules that say nothing are refused`(rule: String) throws {
            let upstream = try Self.upstream()
            #expect(throws: ProxyUnderTest.Refused.self) { try Self.proxy(rule, to: upstream) }
        }
    }
}
