import GatehouseRuntime
import Testing

extension EndToEnd {
    /// A backend that closes kept connections after some requests, as the next one may be on its way.
    struct KeepaliveRaceTests {
        /// How often each request was executed.
        private final class Executions: Sendable {
            private let counts = Lock([String: Int]())
            func add(_ request: String) { counts.withLock { $0[request, default: 0] += 1 } }
            var most: Int { counts.withLock { $0.values.max() ?? 0 } }
            var count: Int { counts.withLock { $0.count } }
        }

        @Test(arguments: ["GET", "POST"])
        func `no request is executed twice, and none that may be repeated is lost`(_ method: String) async throws {
            try await blocking {
                let executions = Executions()
                let upstream = try ScriptedUpstream { connection, number in
                    for _ in 0..<(1 + number % 3) {
                        executions.add(try connection.readMessage().startLine)
                        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                    }
                }
                let proxy = try ProxyUnderTest.passing(to: upstream)
                let client = try proxy.connect()
                var statuses: [Int: Int] = [:]
                for number in 0..<200 {
                    let body = method == "POST" ? "Content-Length: 5\r\n\r\nhello" : "\r\n"
                    statuses[try client.ask("\(method) /\(number) HTTP/1.1\r\nHost: a\r\n\(body)").status, default: 0] += 1
                }
                #expect(executions.most == 1)
                #expect(statuses[200] ?? 0 <= executions.count && statuses.keys.allSatisfy { $0 == 200 || $0 == 502 })
                if method == "GET" { #expect(statuses == [200: 200]) }
            }
        }
    }
}
