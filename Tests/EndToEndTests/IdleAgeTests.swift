import GatehouseRuntime
import Testing

extension EndToEnd {
    /// A backend that closes its connections at a certain idle age. What closes below 250 ms teaches nothing, so real time has to pass.
    struct IdleAgeTests {
        private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

        /// It tells how long it waits by doing so: real time has to pass for a connection to grow old.
        private final class Backend: Sendable {
            let closed = Occasion()
            let aged = Occasion()
            let upstream: ScriptedUpstream
            private let served = Lock([Int]())

            /// - Parameters:
            ///   - life: in milliseconds, after which the first connection is closed when nothing comes on it.
            ///   - old: when the second one is so old that the next request would be risky.
            init(life: Int32, old: Int32) throws {
                let (closed, aged, served) = (closed, aged, served)
                upstream = try ScriptedUpstream { connection, number in
                    while true {
                        _ = try connection.readMessage()
                        served.withLock { $0.append(number) }
                        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                        if number == 1, try !connection.waitForInput(milliseconds: life) {
                            connection.close()
                            return closed.happened()
                        }
                        if number == 2, try !connection.waitForInput(milliseconds: old) { aged.happened() }
                    }
                }
            }

            /// On which connection each request came.
            var connections: [Int] { served.withLock { $0 } }
        }

        @Test func `connections near the age at which the backend closes are not used`() async throws {
            try await blocking {
                let backend = try Backend(life: 300, old: 600)
                let proxy = try ProxyUnderTest.passing(to: backend.upstream)
                let client = try proxy.connect()
                #expect(try client.ask(Self.get).status == 200)
                #expect(backend.closed.wait())
                for _ in 0..<3 { #expect(try client.ask(Self.get).status == 200) }
                #expect(backend.aged.wait())
                #expect(try client.ask(Self.get).status == 200)
                // Young ones are; the old one was still open, and yet there is a third.
                #expect(backend.connections == [1, 2, 2, 2, 3])
            }
        }

        @Test func `without a death any age will do`() async throws {
            try await blocking {
                let backend = try Backend(life: 1_000_000, old: 600)
                let proxy = try ProxyUnderTest.passing(to: backend.upstream)
                let (one, other) = (try proxy.connect(), try proxy.connect())
                #expect(try one.ask(Self.get).status == 200)
                #expect(try other.ask(Self.get).status == 200)
                #expect(backend.connections == [1, 1])
            }
        }
    }
}
