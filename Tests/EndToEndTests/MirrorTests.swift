import Foundation
import GatehouseRuntime
import Testing

extension EndToEnd {
    /// `mirror`: copies of requests, with real backends for both.
    struct MirrorTests {
        /// A backend for the requests, one for their copies, and a proxy between.
        private final class Stage: Sendable {
            let originals = Recorder()
            let copies = Recorder()
            private let real: ScriptedUpstream
            let proxy: ProxyUnderTest

            /// - Parameter answer: what copies are answered; nothing where it is `nil`.
            init(_ location: String, mirror: String = "", server: String = "", answer: String? = Stage.empty) throws {
                let copies = copies
                real = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nreal", recording: originals)
                let shadow = try ScriptedUpstream { connection, _ in
                    while true {
                        copies.add(try connection.readMessage())
                        if let answer { try connection.send(answer) }
                    }
                }
                proxy = try ProxyUnderTest(
                    """
                    upstream shadow { server 127.0.0.1:\(shadow.port); }
                    server {
                        listen 127.0.0.1:1; \(server)
                        location / { proxy_pass http://UPSTREAM; \(location) }
                        location /plain { mirror off; proxy_pass http://UPSTREAM; }
                        location /copy { internal; proxy_pass http://shadow; \(mirror) }
                    }
                    """, upstream: real)
                self.shadow = shadow
            }

            let shadow: ScriptedUpstream
            static let empty = "HTTP/1.1 204 No Content\r\n\r\n"

            /// The copies, once there are as many.
            func copies(_ count: Int) throws -> [RawMessage] {
                try eventually { copies.messages.count >= count }
                return copies.messages
            }
        }

        @Test func `the copy is the same request for another URI, with its arguments and body`() async throws {
            try await blocking {
                let stage = try Stage(
                    "mirror /copy;", mirror: "proxy_set_header X-Original $request_uri; proxy_set_header X-Id $request_id;")
                let client = try stage.proxy.connect()
                let answer = try client.ask("PUT /a%20b?x=1 HTTP/1.1\r\nHost: a\r\nX-Own: 7\r\nContent-Length: 5\r\n\r\nhello")
                #expect(answer.status == 200 && answer.body == "real")
                let copy = try #require(try stage.copies(1).first)
                #expect(copy.startLine == "PUT /copy?x=1 HTTP/1.1" && copy.body == "hello")
                #expect(copy.value("X-Original") == "/a%20b?x=1" && copy.value("X-Own") == "7" && copy.value("X-Id")?.count == 32)
                #expect(stage.originals.messages.map(\.body) == ["hello"])
            }
        }

        @Test func `each mirror gets its copy, and inner locations inherit or refuse them`() async throws {
            try await blocking {
                let stage = try Stage("", server: "mirror /copy/1; mirror /copy/2;")
                _ = try stage.proxy.ask("GET /plain HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try stage.proxy.ask("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
                // A copy is no occasion for another, although the location of the copies inherits the directives.
                #expect(Set(try stage.copies(2).map(\.startLine)) == ["GET /copy/1 HTTP/1.1", "GET /copy/2 HTTP/1.1"])
                #expect(stage.proxy.drainedInTime && stage.copies.messages.count == 2)
            }
        }

        @Test func `without its body a copy has none, and the request is passed on as it comes`() async throws {
            try await blocking {
                let stage = try Stage("mirror /copy; mirror_request_body off; proxy_request_buffering off;")
                let client = try stage.proxy.connect()
                try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
                // The body is not whole yet.
                let copy = try #require(try stage.copies(1).first)
                #expect(copy.value("Content-Length") == nil && copy.value("Transfer-Encoding") == nil)
                try client.send("llo")
                #expect(try client.readMessage().status == 200)
                #expect(stage.originals.messages.map(\.body) == ["hello"])
            }
        }

        @Test func `a body that both have is read first, even where it would be passed on as it comes`() async throws {
            try await blocking {
                let stage = try Stage(
                    "mirror /copy; proxy_request_buffering off; client_body_buffer_size 1k;", mirror: "proxy_request_buffering off;")
                let body = String(repeating: "abcdefgh", count: 20_000)
                let answer = try stage.proxy.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
                #expect(answer.status == 200)
                #expect(try stage.copies(1).map(\.body) == [body] && stage.originals.messages.map(\.body) == [body])
            }
        }

        @Test func `a body that cannot be had is answered, and nothing is copied`() async throws {
            try await blocking {
                let stage = try Stage("mirror /copy; client_max_body_size 4;")
                let answer = try stage.proxy.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
                #expect(answer.status == 413)
                #expect(stage.proxy.drainedInTime && stage.copies.messages.isEmpty)
            }
        }

        @Test func `a mirror that never answers keeps nobody waiting, not even the next request of the connection`() async throws {
            try await blocking {
                let stage = try Stage("mirror /copy;", answer: nil)
                let client = try stage.proxy.connect()
                for _ in 0..<3 { #expect(try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200) }
                // The end of the connection comes at once as well.
                try client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(try client.readMessage().status == 200)
                #expect(try client.readToEnd().isEmpty)
                #expect(try stage.copies(4).count == 4)
            }
        }

        @Test func `a mirror that refuses, fails or is nowhere changes nothing`() async throws {
            try await blocking {
                let stage = try Stage(
                    "mirror /copy; mirror /nowhere; mirror /copy/;", answer: "HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n")
                let client = try stage.proxy.connect()
                for _ in 0..<3 { #expect(try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").body == "real") }
            }
        }

        @Test func `beyond the limit nothing is copied, and the log says so once`() async throws {
            try await blocking {
                let stage = try Stage("mirror /copy; mirror_limit 2;", answer: nil)
                let client = try stage.proxy.connect()
                for _ in 0..<5 { #expect(try client.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200) }
                #expect(try stage.copies(2).count == 2)
                let lines = stage.proxy.errorLog.split(separator: "\n").filter { $0.contains("mirror_limit") }
                #expect(lines.count == 1 && lines[0].contains("[warn]") && lines[0].contains("1 requests were not mirrored"))
            }
        }

        @Test func `a drain waits for the copies under way`() async throws {
            try await blocking {
                let isAsked = Occasion()
                let mayAnswer = Occasion()
                let shadow = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    isAsked.happened()
                    _ = mayAnswer.wait()
                    try connection.send(Stage.empty)
                }
                let http =
                    "server { listen 127.0.0.1:1; location / { mirror /copy; } location /copy { internal; proxy_pass http://UPSTREAM; } }"
                let proxy = try ProxyUnderTest(http, upstream: shadow)
                #expect(try proxy.ask("GET /none HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
                #expect(isAsked.wait())
                proxy.drain()
                #expect(!proxy.waitForEnd(milliseconds: 50))
                mayAnswer.happened()
                #expect(proxy.waitForEnd())
            }
        }

        @Test func `what rewriting answers has no copies, as in nginx`() async throws {
            try await blocking {
                let stage = try Stage("mirror /copy; return 204;")
                #expect(try stage.proxy.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 204)
                #expect(stage.proxy.drainedInTime && stage.copies.messages.isEmpty)
            }
        }

        @Test func `a stop ends them`() async throws {
            try await blocking {
                let stage = try Stage("mirror /copy;", answer: nil)
                #expect(try stage.proxy.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
                #expect(try stage.copies(1).count == 1)
                stage.proxy.stop()
                #expect(stage.proxy.waitForEnd(milliseconds: 5000))
            }
        }

        @Test func `an upstream's connection carries the next copy, and an answer without end is left`() async throws {
            try await blocking {
                let stage = try Stage(
                    "mirror /copy;", server: "keepalive_timeout 5;", answer: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold")
                for count in 1...3 {
                    _ = try stage.proxy.ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    #expect(try stage.copies(count).count == count)
                }
                let left = Occasion()
                let endless = try ScriptedUpstream { connection, _ in
                    _ = try connection.readMessage()
                    try connection.send("HTTP/1.1 200 OK\r\n\r\n")
                    defer { left.happened() }
                    while true { try connection.send(String(repeating: "x", count: 1 << 16)) }
                }
                let proxy = try ProxyUnderTest(
                    "server { listen 127.0.0.1:1; location / { mirror /copy; } location /copy { proxy_pass http://UPSTREAM; } }",
                    upstream: endless)
                #expect(try proxy.ask("GET /none HTTP/1.1\r\nHost: a\r\n\r\n").status == 404)
                #expect(left.wait())
            }
        }
    }
}

extension ProxyUnderTest {
    /// Lets what is under way end.
    fileprivate var drainedInTime: Bool {
        drain()
        return waitForEnd()
    }
}
