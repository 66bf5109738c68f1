import Testing

@testable import Gatehouse

struct TunnelTests {
    private static let connect = "CONNECT there:1 HTTP/1.1\r\nHost: there:1\r\n\r\n"
    private static let inner = "GET /f HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    /// The server is its own upstream: what it is sent through the tunnel, it answers itself.
    @Test func `what follows CONNECT passes through the tunnel`() async throws {
        let settings = "location / { if ($request_method = CONNECT) { tunnel_pass unix:DIR/s.sock; add_header X-Opened yes; } }"
        try await ServerUnderTest.run(settings, files: ["f": "inside"]) { server in
            let answer = await server.send(Self.connect + Self.inner)
            #expect(answer.status == 200)
            #expect(answer["X-Opened"] == "yes")
            #expect(answer["Content-Length"] == nil && answer["Transfer-Encoding"] == nil && answer["Connection"] == nil)
            #expect(answer.body.hasPrefix("HTTP/1.1 200 OK") && answer.body.hasSuffix("inside"))
            #expect(await server.get("/f").body == "inside")
        }
    }

    @Test func `a place that does not take the connection is a bad gateway`() async throws {
        let settings = "keepalive_timeout 0; tunnel_pass unix:DIR/nobody; error_page 502 /page; location = /page { }"
        try await ServerUnderTest.run(settings, files: ["page": "sorry"]) { server in
            let answer = await server.send(Self.connect)
            #expect(answer.status == 502)
        }
    }

    @Test(arguments: ["tunnel_pass unix:DIR/s.sock;", "location / { tunnel_pass; }"])
    func `other methods than CONNECT are not allowed where tunnels open`(settings: String) async throws {
        try await ServerUnderTest.run(settings) { server in
            #expect(await server.get("/").status == 405)
        }
    }
}
