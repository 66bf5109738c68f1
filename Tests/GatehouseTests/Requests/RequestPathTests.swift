import Testing

@testable import Gatehouse

struct RequestPathTests {
    @Test(arguments: ["TRACE / HTTP/1.1", "CONNECT localhost:80 HTTP/1.1"])
    func `TRACE and CONNECT are refused and end the connection`(line: String) async throws {
        try await ServerUnderTest.run("") { server in
            let answer = await server.send("\(line)\r\nHost: localhost\r\n\r\n")
            #expect(answer.status == 405)
            #expect(answer["Connection"] == "close")
        }
    }

    @Test(arguments: ["200 text", "404"])
    func `a client that waits with its body is told to go on even where nobody reads it`(answer: String) async throws {
        try await ServerUnderTest.run("return \(answer);") { server in
            let fields = "Host: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
            #expect(await server.send("POST / HTTP/1.1\r\n\(fields)abc").status == 100)
        }
    }

    @Test func `a body nobody reads is refused when what came of it is malformed`() async throws {
        try await ServerUnderTest.run("return 200 text;") { server in
            let body = "2\r\nabc\r\n0\r\n\r\n"
            let answer = await server.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\(body)")
            #expect(answer.status == 400)
        }
    }

    @Test func `each of two pipelined requests knows its length and its place`() async throws {
        try await ServerUnderTest.run("location / { return 200 $request_length$pipe; }") { server in
            let first = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
            let second = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
            let answer = await server.send(first + second)
            #expect(answer.body.hasPrefix("\(first.utf8.count).HTTP/1.1 200"))
            #expect(answer.body.hasSuffix("\(second.utf8.count)p"))
        }
    }

    @Test func `a redirect of a request without host names the address, not the server`() async throws {
        try await ServerUnderTest.run("return 301 /there;") { server in
            #expect(await server.send("GET / HTTP/1.0\r\n\r\n")["Location"] == "http://unix:/there")
        }
    }

    @Test func `a field sent twice is one value to every variable`() async throws {
        let settings = "return 200 \"$http_user_agent;$http_referer;$content_type\";"
        try await ServerUnderTest.run(settings) { server in
            let fields = ["User-Agent: a", "User-Agent: b", "Referer: c", "Referer: d", "Content-Type: e", "Content-Type: f"]
            let head = (["GET / HTTP/1.1", "Host: a", "Connection: close"] + fields).joined(separator: "\r\n")
            #expect(await server.send(head + "\r\n\r\n").body == "a, b;c, d;e, f")
        }
    }
}
