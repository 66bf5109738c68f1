import Testing

@testable import Gatehouse

/// `proxy_request_buffering off`; the server is its own upstream.
@Suite struct StreamedRequestBodyTests {
    private let settings = """
        location / { proxy_request_buffering off; client_body_buffer_size 64; add_header X-Body "$request_body";
            proxy_pass http://unix:DIR/s.sock:/length; }
        location /length { add_header X-Received "$request_body"; add_header X-Length "$http_content_length/$http_transfer_encoding"; proxy_pass http://unix:DIR/s.sock:/echo; }
        location /echo { return 204; }
        """

    private func post(_ fields: String, _ body: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(fields)\r\n\r\n\(body)"
    }

    @Test func `a body that came whole with its head is known and sent with its length`() async throws {
        try await ServerUnderTest.run(settings) { server in
            let plain = await server.send(post("Content-Length: 5", "hello"))
            #expect(plain["X-Body"] == "hello")
            #expect(plain["X-Length"] == "5/")
            let chunked = await server.send(post("Transfer-Encoding: chunked", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"))
            #expect(chunked["X-Body"] == "hello")
        }
    }

    @Test func `a body larger than its buffer is passed on as it comes`() async throws {
        let body = String(repeating: "0123456789", count: 100)
        try await ServerUnderTest.run(settings) { server in
            let plain = await server.send(post("Content-Length: 1000", body))
            #expect(plain.status == 204)
            #expect(plain["X-Length"] == "1000/")
            #expect(plain["X-Received"] == body)
            let chunked = await server.send(post("Transfer-Encoding: chunked", "3e8\r\n\(body)\r\n0\r\n\r\n"))
            #expect(chunked.status == 204)
            #expect(chunked["X-Length"] == "/chunked")
            #expect(chunked["X-Received"] == body)
        }
    }
}
