import Foundation
import Testing

@testable import Gatehouse

/// `proxy_buffering`: whom a client that reads nothing holds up.
@Suite struct SlowClientTests {
    private static let size = 1 << 20

    @Test(
        .timeLimit(.minutes(1)),
        arguments: ["Content-Length: \(SlowClientTests.size)\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n100000\r\n", "\r\n"])
    func `the upstream is through before its client has read anything`(framing: String) async throws {
        let settings = "location / { proxy_pass http://unix:DIR/upstream.sock; }"
        try await ServerUnderTest.run(settings, http: "proxy_temp_path DIR/temporary;", files: ["temporary/": ""]) { server in
            let body = (0..<Self.size).map { UInt8(truncatingIfNeeded: $0 / 7) }
            let end = framing.contains("chunked") ? "\r\n0\r\n\r\n" : ""
            let upstream = try OneAnswer(
                at: server.directory.path("upstream.sock"),
                Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\(framing)".utf8) + body + Array(end.utf8))
            let client = try #require(ServerUnderTest.connect(to: server.directory.path("s.sock")))
            defer { close(client) }
            ServerUnderTest.send(Array("GET / HTTP/1.0\r\n\r\n".utf8), to: client)
            await upstream.wasTaken()
            let answer = ServerUnderTest.receiveAll(from: client)
            #expect(answer.suffix(body.count).elementsEqual(body))
        }
    }
}

/// An upstream that answers one request with given bytes, from a thread of its own.
final class OneAnswer: Sendable {
    private let taken: AsyncStream<Void>

    init(at path: String, _ bytes: [UInt8]) throws {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = unsafe ServerUnderTest.withAddress(path) { unsafe bind(listener, $0, $1) }
        try #require(result == 0 && listen(listener, 1) == 0)
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        taken = stream
        Thread.detachNewThread {
            let connection = accept(listener, nil, nil)
            var head = [UInt8](repeating: 0, count: 4096)
            _ = unsafe read(connection, &head, head.count)
            ServerUnderTest.send(bytes, to: connection)
            close(connection)
            close(listener)
            continuation.finish()
        }
    }

    /// Suspends until the last byte was taken.
    func wasTaken() async {
        for await _ in taken {}
    }
}
