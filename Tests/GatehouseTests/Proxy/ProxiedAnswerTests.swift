import Testing

@testable import Gatehouse

/// What becomes of an upstream's fields; the server is its own upstream.
@Suite struct ProxiedAnswerTests {
    @Test(arguments: [
        (".www.org", ".en.org"), ("www.org", "en.org"), ("other.org", "other.org"), ("7.net", "all.net"),
    ])
    func `the domain of a cookie is rewritten, its leading dot stays`(domain: String, result: String) async throws {
        let settings = """
            location / { proxy_pass http://unix:DIR/s.sock:/cookie/; proxy_cookie_domain www.org en.org; proxy_cookie_domain ~^[0-9] all.net; }
            location /cookie/ { add_header Set-Cookie "a=b; Domain=$arg_d"; return 204; }
            """
        try await ServerUnderTest.run(settings) { server in
            let answer = await server.get("/?d=\(domain)")
            #expect(answer["Set-Cookie"] == "a=b; Domain=\(result)")
        }
    }

    @Test func `of a repeated field that makes sense once the first counts`() async throws {
        let settings = """
            location / { proxy_pass http://unix:DIR/s.sock:/twice; }
            location /twice { add_header Expires one; add_header Expires two; add_header X-A one; add_header X-A two; return 204; }
            """
        try await ServerUnderTest.run(settings) { server in
            let answer = await server.get("/")
            #expect(answer["Expires"] == "one")
            #expect(!answer.head.contains("Expires: two"))
            #expect(answer.head.contains("X-A: one\r\nX-A: two"))
        }
    }

    @Test func `an intercepted 401 keeps every challenge`() async throws {
        let settings = """
            location / { proxy_pass http://unix:DIR/s.sock:/deny; proxy_intercept_errors on; error_page 401 /page; }
            location /deny { add_header WWW-Authenticate one always; add_header WWW-Authenticate two always; return 401; }
            location /page { return 200 "page"; }
            """
        try await ServerUnderTest.run(settings) { server in
            let answer = await server.get("/")
            #expect(answer.status == 401)
            #expect(answer.body == "page")
            #expect(answer.head.contains("WWW-Authenticate: one\r\nWWW-Authenticate: two"))
        }
    }
}
