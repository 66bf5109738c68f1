import Testing

extension EndToEnd {
    /// Active checks of servers that speak TLS.
    struct HealthCheckTLSTests {
        private static let get = FailingUpstreamTests.get

        /// A backend behind TLS; `health` is what it answers to checks.
        private static func backend(health: String) -> String {
            """
            server { listen 127.0.0.1:1 ssl; ssl_certificate cert.pem; ssl_certificate_key key.pem;
                location / { return 200 served; } location /health { return \(health); } }
            """
        }

        private static let files = ["cert.pem": BackendCertificate.certificate, "key.pem": BackendCertificate.key]

        private static func configuration(_ backend: ProxyUnderTest, _ check: String, name: String = "backend.test") -> String {
            """
            upstream u { server 127.0.0.1:\(backend.port); }
            server { listen 127.0.0.1:1; location / { proxy_pass https://u; health_check interval=20ms uri=/health \(check);
                proxy_ssl_verify on; proxy_ssl_trusted_certificate cert.pem; proxy_ssl_name \(name); proxy_ssl_server_name on; } }
            """
        }

        private func eventuallyLogs(_ proxy: ProxyUnderTest, _ text: String) -> Bool {
            let limit = ContinuousClock.now + .seconds(10)
            while ContinuousClock.now < limit {
                if proxy.errorLog.contains(text) { return true }
            }
            return false
        }

        @Test(arguments: ["mandatory", "mandatory keepalive_time=1h", "mandatory type=tcp"])
        func `a check speaks TLS where requests do`(_ parameters: String) async throws {
            try await blocking {
                let backend = try ProxyUnderTest(Self.backend(health: "200 well"), files: Self.files)
                let proxy = try ProxyUnderTest(Self.configuration(backend, parameters), files: Self.files)
                let limit = ContinuousClock.now + .seconds(10)
                var body = ""
                while body != "served" && ContinuousClock.now < limit { body = try proxy.ask(Self.get).body }
                #expect(body == "served")
                #expect(!proxy.errorLog.contains("is unhealthy"))
            }
        }

        @Test func `an answer over TLS is judged like any other`() async throws {
            let backend = try ProxyUnderTest(Self.backend(health: "200 well"), files: Self.files)
            let proxy = try ProxyUnderTest(Self.configuration(backend, ""), files: Self.files)
            try await backend.reload(Self.backend(health: "503 ill"))
            try await blocking { () throws in
                #expect(eventuallyLogs(proxy, "peer 127.0.0.1:\(backend.port) is unhealthy: unexpected status 503"))
                #expect(try proxy.ask(Self.get).status == 502)
            }
            try await backend.reload(Self.backend(health: "204"))
            try await blocking { () throws in
                #expect(eventuallyLogs(proxy, "peer 127.0.0.1:\(backend.port) is up: a health check passed"))
                #expect(try proxy.ask(Self.get).body == "served")
            }
        }

        @Test(arguments: [("", "other.test"), ("type=tcp", "other.test")])
        func `a certificate that does not fit fails the check`(_ parameters: String, _ name: String) async throws {
            try await blocking {
                let backend = try ProxyUnderTest(Self.backend(health: "200 well"), files: Self.files)
                let proxy = try ProxyUnderTest(Self.configuration(backend, parameters, name: name), files: Self.files)
                #expect(eventuallyLogs(proxy, "peer 127.0.0.1:\(backend.port) is unhealthy: "))
                #expect(eventuallyLogs(proxy, "while SSL handshaking"))
            }
        }

        @Test func `who speaks no TLS fails the check`() async throws {
            try await blocking {
                let backend = try ScriptedUpstream.answering(FailingUpstreamTests.ok)
                let proxy = try ProxyUnderTest(
                    """
                    upstream u { server UPSTREAM; health_check tls interval=20ms timeout=500ms; }
                    server { listen 127.0.0.1:1; location / { proxy_pass http://u; } }
                    """, upstream: backend)
                #expect(eventuallyLogs(proxy, "peer 127.0.0.1:\(backend.port) is unhealthy: "))
                #expect(eventuallyLogs(proxy, "while SSL handshaking"))
            }
        }
    }
}
