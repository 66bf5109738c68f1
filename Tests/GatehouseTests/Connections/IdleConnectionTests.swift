import Testing

@testable import Gatehouse

@Suite struct IdleConnectionTests {
    @Test func `a connection that has been parked is closed when its time is over`() async throws {
        try await ServerUnderTest.run("keepalive_timeout 120ms; return 200 $connection_requests;") { server in
            // Read until the server closes: without an end of the wait this would never return.
            let answer = await server.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.status == 200)
            #expect(answer.body == "1")
        }
    }
}
