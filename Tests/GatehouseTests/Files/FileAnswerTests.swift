import Foundation
import Testing

@testable import Gatehouse

/// Files over a socket: the whole way of a request, in this process.
@Suite(.serialized) struct FileAnswerTests {
    private static let digits = "0123456789"

    @Test func `a file is answered with its type, length, date and tag`() async throws {
        try await ServerUnderTest.run("", files: ["a.html": Self.digits]) { server in
            let answer = await server.get("/a.html")
            #expect(answer.status == 200 && answer.body == Self.digits)
            #expect(answer["Content-Type"] == "text/html" && answer["Content-Length"] == "10" && answer["Accept-Ranges"] == "bytes")
            #expect(answer["Last-Modified"] != nil && answer["ETag"]?.hasSuffix("-a\"") == true)
            let head = await server.get("/a.html", method: "HEAD")
            #expect(head.status == 200 && head.body.isEmpty && head["Content-Length"] == "10")
        }
    }

    @Test(arguments: [
        ("GET", "/none", 404), ("GET", "/a/b", 404), ("POST", "/a", 405), ("PUT", "/a", 405), ("DELETE", "/d/", 405), ("GET", "/d", 301),
        ("GET", "/d/", 200), ("GET", "/e/", 403), ("GET", "/none/", 404), ("GET", "/p", 404),
    ])
    func `what is not a readable file is refused as nginx refuses it`(method: String, target: String, status: Int) async throws {
        try await ServerUnderTest.run("", files: ["a": "x", "d/index.html": "y", "e/": ""]) { server in
            _ = unsafe mkfifo(server.directory.path("p"), 0o600)
            #expect(await server.get(target, method: method).status == status)
        }
    }

    @Test func `a directory without its slash is redirected with the arguments`() async throws {
        try await ServerUnderTest.run("absolute_redirect off;", files: ["d e/": ""]) { server in
            #expect(await server.get("/d%20e?x=1")["Location"] == "/d%20e/?x=1")
        }
    }

    @Test func `the first index file that exists answers, and an absolute one is a URI`() async throws {
        let settings = "index $arg_n.html b.html /last; location = /last { return 200 last; }"
        try await ServerUnderTest.run(settings, files: ["d/a.html": "A", "d/b.html": "B", "e/": ""]) { server in
            #expect(await server.get("/d/?n=a").body == "A")
            #expect(await server.get("/d/").body == "B")
            #expect(await server.get("/e/").body == "last")
        }
    }

    @Test(arguments: [
        ("bytes=0-2", 206, "012", "bytes 0-2/10"), ("bytes=-3", 206, "789", "bytes 7-9/10"), ("bytes=9-", 206, "9", "bytes 9-9/10"),
        ("lines=1-2", 200, "0123456789", ""), ("bytes=20-", 416, "", "bytes */10"), ("bytes=x", 416, "", "bytes */10"),
    ])
    func `a range is cut from a file`(range: String, status: Int, body: String, contentRange: String) async throws {
        try await ServerUnderTest.run("", files: ["a": Self.digits]) { server in
            let answer = await server.get("/a", "Range: " + range)
            #expect(answer.status == status && (answer["Content-Range"] ?? "") == contentRange)
            if !body.isEmpty { #expect(answer.body == body && answer["Content-Length"] == "\(body.count)") }
        }
    }

    @Test func `several ranges come as parts whose length is announced`() async throws {
        try await ServerUnderTest.run("location /one { max_ranges 1; alias DIR/a; }", files: ["a": Self.digits]) { server in
            let answer = await server.get("/a", "Range: bytes=0-1,8-")
            #expect(answer.status == 206 && answer["Content-Type"]?.hasPrefix("multipart/byteranges; boundary=") == true)
            #expect(answer["Content-Length"] == "\(answer.body.utf8.count)" && answer["Content-Range"] == nil)
            #expect(answer.body.contains("Content-Range: bytes 0-1/10\r\n\r\n01\r\n--"))
            #expect(answer.body.contains("Content-Range: bytes 8-9/10\r\n\r\n89\r\n--"))
            #expect(await server.get("/one", "Range: bytes=0-1,8-").status == 200)
        }
    }

    @Test(arguments: [false, true]) func `a large file comes whole and in ranges`(usesSendfile: Bool) async throws {
        let text = String((0..<300_000).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) })
        let settings = "sendfile \(usesSendfile ? "on" : "off"); sendfile_max_chunk 64k;"
        try await ServerUnderTest.run(settings, files: ["a": text]) { server in
            #expect(await server.get("/a").body == text)
            let part = await server.get("/a", "Range: bytes=1000-249999")
            #expect(part.status == 206 && part.body == String(text.dropFirst(1000).prefix(249_000)))
            let parts = await server.get("/a", "Range: bytes=0-0,100000-299999")
            #expect(parts["Content-Length"] == "\(parts.body.utf8.count)" && parts.body.contains(text.dropFirst(100_000)))
        }
    }

    @Test func `conditions decide between 200, 304 and 412`() async throws {
        try await ServerUnderTest.run("add_header X-Added yes;", files: ["a": Self.digits]) { server in
            let whole = await server.get("/a")
            let (tag, date) = (whole["ETag"] ?? "", whole["Last-Modified"] ?? "")
            let same = await server.get("/a", "If-None-Match: " + tag)
            #expect(same.status == 304 && same.body.isEmpty && same["ETag"] == tag && same["Content-Length"] == nil)
            #expect(same["X-Added"] == "yes" && same["Last-Modified"] == date && same["Accept-Ranges"] == nil)
            #expect(await server.get("/a", "If-Modified-Since: " + date).status == 304)
            #expect(await server.get("/a", "If-None-Match: \"other\"").status == 200)
            #expect(await server.get("/a", "If-Match: \"other\"").status == 412)
            #expect(await server.get("/a", "Range: bytes=0-1", "If-Range: " + tag).status == 206)
            #expect(await server.get("/a", "Range: bytes=0-1", "If-Range: \"other\"").status == 200)
        }
    }

    @Test func `a range is cut from a proxied answer where the configuration says so`() async throws {
        let text = String(repeating: Self.digits, count: 20_000)
        let settings = """
            location /proxied/ {
                proxy_pass http://unix:DIR/s.sock:/; proxy_set_header Range ""; proxy_force_ranges on; add_trailer X-End $status;
            }
            """
        try await ServerUnderTest.run(settings, files: ["a": text]) { server in
            let part = await server.send("GET /proxied/a HTTP/1.0\r\nRange: bytes=5-150004\r\n\r\n")
            #expect(part.status == 206 && part["Content-Range"] == "bytes 5-150004/200000" && part["Accept-Ranges"] == nil)
            #expect(part.body == String(text.dropFirst(5).prefix(150_000)))
            #expect(await server.send("GET /proxied/a HTTP/1.0\r\nRange: bytes=0-1,5-6\r\n\r\n").status == 200)
            let chunked = await server.get("/proxied/a", "Range: bytes=0-9")
            #expect(chunked.body == "a\r\n0123456789\r\n0\r\nX-End: 206\r\n\r\n")
        }
    }
}
