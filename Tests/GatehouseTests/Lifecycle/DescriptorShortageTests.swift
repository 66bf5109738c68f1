import Foundation
import Testing

/// A server process that runs out of descriptors.
@Suite(.enabled(if: ProgramUnderTest.exists), .serialized)
struct DescriptorShortageTests {
    @Test func `established connections are not hurt, and accepting goes on by itself`() throws {
        let program = try ProgramUnderTest(
            "server { listen unix:DIR/s.sock; root DIR; }", main: "worker_processes 1; worker_rlimit_nofile 64;")
        try program.directory.write("f", "hello")
        let path = program.directory.path("s.sock")
        let established = try (0..<10).map { _ in try UnixClient(path) }
        for client in established { #expect(client.get("/f").hasSuffix("hello")) }
        var crowd = try (0..<80).map { _ in try UnixClient(path) }
        #expect(program.waits { $0.log.contains("accept4() failed (24: Too many open files)") })
        // Each answer needs a descriptor for its file.
        for client in established { #expect(client.get("/f").hasSuffix("hello")) }
        let last = crowd.removeLast()
        crowd.removeAll()
        #expect(last.get("/f").hasSuffix("hello"))
        program.signal(SIGTERM)
        #expect(program.exitCode() == 0)
    }
}

extension UnixClient {
    /// The answer to one request; head and small body come together.
    fileprivate func get(_ path: String) -> String {
        send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        return receive()
    }
}
