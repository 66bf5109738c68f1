import Testing

extension EndToEnd {
    /// A request that two programs could read differently reaches no backend.
    struct RequestSmugglingTests {
        struct Case: Sendable, CustomTestStringConvertible {
            var name: String
            var status: Int
            var request: String
            var testDescription: String { name }

            init(_ status: Int, _ name: String, _ request: String) {
                (self.status, self.name, self.request) = (status, name, request)
            }

            /// A POST with these fields and this body.
            static func post(_ status: Int, _ name: String, _ fields: String, _ body: String = "") -> Case {
                Case(status, name, "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(body)")
            }

            static func get(_ status: Int, _ name: String, _ fields: String) -> Case {
                Case(status, name, "GET / HTTP/1.1\r\n\(fields)\r\n\r\n")
            }
        }

        static let framing: [Case] = [
            .post(400, "both lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            .post(400, "both lengths, the other way round", "Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n"),
            .post(400, "two lengths", "Content-Length: 5\r\nContent-Length: 6", "helloo"),
            .post(400, "the same length twice", "Content-Length: 5\r\nContent-Length: 5", "hello"),
            .post(400, "a list of lengths", "Content-Length: 5, 5", "hello"),
            .post(400, "a signed length", "Content-Length: +5", "hello"),
            .post(400, "a negative length", "Content-Length: -1", ""),
            .post(400, "a hexadecimal length", "Content-Length: 0x5", "hello"),
            .post(400, "an empty length", "Content-Length:", ""),
            .post(400, "a length beyond all numbers", "Content-Length: 99999999999999999999", ""),
            .post(400, "a length with a space inside", "Content-Length: 1 0", "0123456789"),
            .post(501, "an unknown coding", "Transfer-Encoding: gzip", ""),
            .post(501, "a coding before chunked", "Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
            .post(501, "chunked twice", "Transfer-Encoding: chunked, chunked", "0\r\n\r\n"),
            .post(501, "identity", "Transfer-Encoding: identity", ""),
            .post(501, "xchunked", "Transfer-Encoding: xchunked", "0\r\n\r\n"),
            .post(501, "a quoted coding", "Transfer-Encoding: \"chunked\"", "0\r\n\r\n"),
            .post(501, "a coding with a parameter", "Transfer-Encoding: chunked;q=1", "0\r\n\r\n"),
            .post(400, "a coding behind a vertical tab", "Transfer-Encoding: \u{B}chunked", "0\r\n\r\n"),
            .post(400, "two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "0\r\n\r\n"),
            .post(400, "a space before the colon", "Transfer-Encoding : chunked", "0\r\n\r\n"),
            .post(400, "a folded coding", "Transfer-Encoding:\r\n chunked", "0\r\n\r\n"),
            .post(400, "a tab before a name", "\tTransfer-Encoding: chunked", "0\r\n\r\n"),
            .post(400, "a name with a NUL", "Transfer\u{0}-Encoding: chunked", "0\r\n\r\n"),
            Case(400, "chunks in HTTP/1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ]

        static let chunks: [Case] = [
            "a size that is no number": "x\r\nhello\r\n0\r\n\r\n", "no size": "\r\nhello\r\n0\r\n\r\n",
            "a signed size": "+5\r\nhello\r\n0\r\n\r\n", "a prefixed size": "0x5\r\nhello\r\n0\r\n\r\n",
            "a size beyond all numbers": "fffffffffffffffff\r\nhello\r\n0\r\n\r\n", "a size line with a bare LF": "5\nhello\r\n0\r\n\r\n",
            "a bare CR behind a size": "5\rhello\r\n0\r\n\r\n", "data longer than its size": "4\r\nhello\r\n0\r\n\r\n",
            "data that ends with a bare LF": "5\r\nhello\n0\r\n\r\n", "an extension with a bare LF": "5;a=\nb\r\nhello\r\n0\r\n\r\n",
            "a control byte in an extension": "5;a\u{0}\r\nhello\r\n0\r\n\r\n", "a space before a size": " 5\r\nhello\r\n0\r\n\r\n",
            "a trailer that is no field": "5\r\nhello\r\n0\r\nnonsense\r\n\r\n",
            "an endless extension": "5;\(String(repeating: "a", count: 5000))\r\nhello\r\n0\r\n\r\n",
        ].sorted { $0.key < $1.key }.map { .post(400, $0.key, "Transfer-Encoding: chunked", $0.value) }

        static let heads: [Case] = [
            .get(400, "no host", "X: a"), .get(400, "two hosts", "Host: a\r\nHost: b"),
            .get(400, "the same host twice", "Host: a\r\nHost: a"),
            .get(400, "an empty host", "Host:"), .get(400, "a host with a slash", "Host: a/b"),
            .get(400, "a host with a space", "Host: a b"),
            .get(400, "a host with an at", "Host: a@b"), .get(400, "a list of hosts", "Host: a, b"),
            .get(400, "a NUL in a host", "Host: a\u{0}b"),
            .get(400, "a host with a bad port", "Host: a:b"), .get(400, "a folded field", "Host: a\r\nX: a\r\n b"),
            .get(400, "a NUL in a value", "Host: a\r\nX: a\u{0}b"), .get(400, "a bare CR in a value", "Host: a\r\nX: a\rb"),
            .get(400, "a control byte in a value", "Host: a\r\nX: a\u{1}b"), .get(400, "a line without a colon", "Host: a\r\nX"),
            .get(400, "an empty name", "Host: a\r\n: b"), .get(400, "a space before the first field", " Host: a"),
            Case(400, "HTTP/0.9", "GET /\r\n"), Case(505, "HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
            Case(400, "a version that is none", "GET / HTTP/x\r\nHost: a\r\n\r\n"),
            Case(400, "another protocol", "GET / ICAP/1.0\r\nHost: a\r\n\r\n"),
            Case(400, "a lower-case method", "get / HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case(400, "a method with a NUL", "GE\u{0}T / HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case(400, "a target with a control byte", "GET /a\u{1}b HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case(400, "a target with a NUL", "GET /a\u{0}b HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case(400, "a target with a space", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case(400, "a relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case(400, "a path above the root", "GET /../a HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case(400, "a path with a broken escape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case(400, "a path with an escaped NUL", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case(400, "user information in the target", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
            Case(405, "CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n"), Case(405, "TRACE", "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n"),
        ]

        @Test(arguments: framing + chunks + heads)
        func `it is refused, the connection is closed, and nothing is forwarded`(_ hostile: Case) async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                // What follows would be the smuggled request.
                client.sendWhileTaken(hostile.request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
                let answer = try client.readMessage()
                #expect(answer.status == hostile.status)
                #expect(try client.readUntilGone().isEmpty, "one answer, then the end")
                #expect(upstream.connectionCount == 0)
            }
        }

        @Test(arguments: framing + chunks)
        func `streamed, it never becomes a whole request either`(_ hostile: Case) async throws {
            try await blocking {
                let whole = Recorder()
                let upstream = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", recording: whole)
                let proxy = try ProxyUnderTest.passing(to: upstream, "proxy_request_buffering off;")
                let client = try proxy.connect()
                client.sendWhileTaken(hostile.request + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.readMessage().status == hostile.status)
                #expect(try client.readUntilGone().isEmpty, "one answer, then the end")
                #expect(whole.messages.isEmpty)
            }
        }
    }
}
