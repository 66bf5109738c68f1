import Testing

@testable import Gatehouse

@Suite(.serialized) struct RewrittenPathTests {
    private static let settings = """
        location /echo/ { return 200 $request_uri; }
        location /swap/ { proxy_pass http://unix:DIR/s.sock:/echo/; }
        location /break/ { rewrite ^/break/(.*)$ /echo/b/$1 break; proxy_pass http://unix:DIR/s.sock:/other/; }
        location /args/ { rewrite ^/args/(.*)$ /r/$1?c=$1; }
        location /r/ { return 200 $uri|$args; }
        location /alias/ { rewrite ^ /x break; alias DIR/; }
        """

    @Test(arguments: [
        ("/swap/a%20b?c", 200, "/echo/a%20b?c"), ("/break/a%20b?c", 200, "/echo/b/a%20b?c"),
        ("/args/a%3Fb%26", 200, "/r/a?b&|c=a%3Fb%26"), ("/alias/a", 500, ""),
    ])
    func `a rewritten path keeps its parts apart`(target: String, status: Int, body: String) async throws {
        try await ServerUnderTest.run(Self.settings) { server in
            let answer = await server.send("GET \(target) HTTP/1.0\r\n\r\n")
            #expect(answer.status == status)
            if !body.isEmpty { #expect(answer.body == body) }
        }
    }
}
