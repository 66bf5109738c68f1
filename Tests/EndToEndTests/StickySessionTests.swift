import Testing

extension EndToEnd {
    /// `sticky`: a client stays with its server, also over a reload.
    struct StickySessionTests {
        /// Two servers that tell who they are.
        private struct Pair {
            let a: ScriptedUpstream
            let b: ScriptedUpstream

            init(_ fields: String = "") throws {
                a = try .answering("HTTP/1.1 200 OK\r\n\(fields.replacing("NAME", with: "a"))Content-Length: 1\r\n\r\na")
                b = try .answering("HTTP/1.1 200 OK\r\n\(fields.replacing("NAME", with: "b"))Content-Length: 1\r\n\r\nb")
            }

            func configuration(_ directives: String, parameters: (String, String) = ("", "")) -> String {
                """
                upstream both {
                    server 127.0.0.1:\(a.port) \(parameters.0); server 127.0.0.1:\(b.port) \(parameters.1); \(directives)
                }
                server { listen 127.0.0.1:1; location / { proxy_pass http://both; } }
                """
            }
        }

        private static func get(_ path: String = "/", cookie: String? = nil) -> String {
            "GET \(path) HTTP/1.1\r\nHost: a\r\n" + (cookie.map { "Cookie: \($0)\r\n" } ?? "") + "\r\n"
        }

        @Test func `a cookie leads back to the server that set it`() async throws {
            try await blocking {
                let pair = try Pair()
                let proxy = try ProxyUnderTest(pair.configuration("sticky cookie id path=/ httponly;"))
                let first = try proxy.ask(Self.get())
                let cookie = try #require(first.value("Set-Cookie"))
                #expect(cookie.hasPrefix("id=") && cookie.hasSuffix("; httponly; path=/"))
                let pairOnly = String(cookie.prefix { $0 != ";" })
                for _ in 0..<4 {
                    let again = try proxy.ask(Self.get(cookie: pairOnly))
                    #expect(again.body == first.body && again.value("Set-Cookie") == cookie)
                }
            }
        }

        @Test func `a route chooses the server, draining or not`() async throws {
            try await blocking {
                let pair = try Pair()
                let text = pair.configuration("sticky route $arg_r;", parameters: ("route=x", "route=y drain"))
                let proxy = try ProxyUnderTest(text)
                for _ in 0..<3 {
                    #expect(try proxy.ask(Self.get("/?r=y")).body == "b")
                    #expect(try proxy.ask(Self.get("/?r=x")).body == "a")
                    #expect(try proxy.ask(Self.get("/?r=z")).body == "a")
                }
            }
        }

        @Test(arguments: ["", "header"])
        func `a session is learned, and survives a reload`(_ mode: String) async throws {
            try await blocking {
                let pair = try Pair("Set-Cookie: s=NAME1\r\n")
                let learn = "sticky learn create=$upstream_cookie_s lookup=$cookie_s zone=z:1m \(mode);"
                let proxy = try ProxyUnderTest(pair.configuration(learn))
                let bodies = try [proxy.ask(Self.get()).body, proxy.ask(Self.get()).body]
                #expect(bodies.sorted() == ["a", "b"])
                for name in ["a", "b", "b", "a", "a"] { #expect(try proxy.ask(Self.get(cookie: "s=\(name)1")).body == name) }
                try await proxy.reload(pair.configuration(learn))
                for name in ["b", "b", "a"] { #expect(try proxy.ask(Self.get(cookie: "s=\(name)1")).body == name) }
            }
        }

        @Test func `a zone does not change hands`() async throws {
            try await blocking {
                let pair = try Pair()
                let text = pair.configuration("sticky learn create=$upstream_cookie_s lookup=$cookie_s zone=z:1m;")
                let proxy = try ProxyUnderTest(text)
                await #expect(throws: (any Error).self) { try await proxy.reload(text.replacing("both", with: "others")) }
            }
        }
    }
}
