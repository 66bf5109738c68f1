import Testing

@testable import Gatehouse

@Suite(.serialized) struct TryFilesTests {
    private static let files = ["a.html": "A", "d/index.html": "D", "sub/b": "B", "sub/b.html": "BH"]

    @Test(arguments: [
        ("try_files $uri $uri.html $uri/ =404;", "/a.html", 200, "A"), ("try_files $uri $uri.html =404;", "/a", 200, "A"),
        ("try_files $uri $uri/ =404;", "/d/", 200, "D"), ("try_files $uri $uri/ =404;", "/d", 301, ""),
        ("try_files $uri =410;", "/d", 410, ""), ("try_files $uri /a.html;", "/none", 200, "A"),
        ("try_files $uri /r?x=$uri;", "/none", 200, "x=/none"), ("try_files $uri @named;", "/none", 200, "named"),
        ("try_files /nope /sub/b /a.html =404;", "/anything", 200, "B"),
    ])
    func `the first file that exists answers, else the last argument`(
        rule: String, target: String, status: Int, body: String
    ) async throws {
        let settings = "location / { \(rule) } location = /r { return 200 $args; } location @named { return 200 named; }"
        try await ServerUnderTest.run(settings, files: Self.files) { server in
            let answer = await server.get(target)
            #expect(answer.status == status)
            if !body.isEmpty { #expect(answer.body == body) }
        }
    }

    @Test func `names are looked for below an alias`() async throws {
        let settings = """
            location /p/ { alias DIR/sub/; try_files $uri.html $uri =404; }
            location ~ ^/x/(.*)$ { alias DIR/sub/; try_files $1.html =404; }
            location /n/ { alias DIR/sub/; location ~ /n/(.*)$ { try_files /p/none $uri =404; } }
            """
        try await ServerUnderTest.run(settings, files: Self.files) { server in
            #expect(await server.get("/p/b").body == "BH")
            #expect(await server.get("/x/b").body == "BH")
            #expect(await server.get("/n/b").body == "B")
            #expect(await server.get("/p/none").status == 404)
        }
    }

    @Test func `file conditions of if tell what is there`() async throws {
        let settings = """
            location / { set $is ""; if (-d $request_filename) { set $is d; } if (!-e $request_filename) { set $is none; } return 200 $is.; }
            """
        try await ServerUnderTest.run(settings, files: Self.files) { server in
            #expect(await server.get("/d").body == "d.")
            #expect(await server.get("/a.html").body == ".")
            #expect(await server.get("/none").body == "none.")
        }
    }
}
