import GatehouseRuntime
import Glibc
import Testing

extension EndToEnd {
    /// Requests that come before the names of their group were ever resolved.
    struct WaitingForNamesTests {
        /// Answers each question with the same IPv4 addresses, once it may.
        private final class NameServer: Sendable {
            let port: UInt16
            private let descriptor: Int32
            private let mayAnswer = Occasion()

            init(_ addresses: [[UInt8]]) throws {
                let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
                var address = sockaddr_in()
                address.sin_family = sa_family_t(AF_INET)
                address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                // Safe: the address is as long as the length says, for both calls.
                unsafe withUnsafeMutablePointer(to: &address) { pointer in
                    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        _ = unsafe bind(socket, $0, length)
                        _ = unsafe getsockname(socket, $0, &length)
                    }
                }
                port = UInt16(bigEndian: address.sin_port)
                descriptor = socket
                let mayAnswer = mayAnswer
                Task.detached(executorPreference: BlockingThreads.shared) {
                    Self.answerAll(socket, addresses, mayAnswer)
                    _ = Glibc.close(socket)
                }
            }

            deinit {
                mayAnswer.happened()
                _ = shutdown(descriptor, Int32(SHUT_RDWR))
            }

            func answer() { mayAnswer.happened() }

            private static func answerAll(_ socket: Int32, _ addresses: [[UInt8]], _ mayAnswer: Occasion) {
                var isAllowed = false
                while true {
                    var query = [UInt8](repeating: 0, count: 512)
                    var from = sockaddr_storage()
                    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
                    // Safe: the buffers are as long as the counts that are passed.
                    let count = unsafe withUnsafeMutablePointer(to: &from) { pointer in
                        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            unsafe recvfrom(socket, &query, query.count, 0, $0, &length)
                        }
                    }
                    guard count > 12 else { return }
                    if !isAllowed { isAllowed = mayAnswer.wait() }
                    let answer = Self.answer(to: Array(query[..<count]), addresses)
                    // Safe: as above.
                    _ = unsafe withUnsafePointer(to: &from) { pointer in
                        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            unsafe sendto(socket, answer, answer.count, 0, $0, length)
                        }
                    }
                }
            }

            private static func answer(to query: [UInt8], _ addresses: [[UInt8]]) -> [UInt8] {
                let questionEnd = (query[12...].firstIndex(of: 0) ?? query.count - 5) + 5
                let head = query[..<2] + [0x81, 0x80, 0, 1, 0, UInt8(addresses.count), 0, 0, 0, 0]
                return Array(head + query[12..<questionEnd]) + addresses.flatMap { [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4] + $0 }
            }
        }

        @Test func `have as many tries as there are addresses in the answer`() async throws {
            try await blocking {
                let backend = try ScriptedUpstream.answering(FailingUpstreamTests.ok)
                // Nobody listens at the second one.
                let names = try NameServer([[127, 0, 0, 1], [127, 0, 0, 2]])
                let proxy = try ProxyUnderTest(
                    """
                    resolver 127.0.0.1:\(names.port) ipv6=off;
                    upstream u { server app.test:\(backend.port) resolve; }
                    server { listen 127.0.0.1:1; location / { proxy_pass http://u; } location /now { return 200 now; } }
                    """)
                let clients = try (0..<2).map { _ in try proxy.connect() }
                for client in clients {
                    // The answer to the first says that the second is being dealt with.
                    try client.send("GET /now HTTP/1.1\r\nHost: a\r\n\r\n" + FailingUpstreamTests.get)
                    #expect(try client.readMessage().body == "now")
                }
                names.answer()
                let statuses = try clients.map { try $0.readMessage().status }
                #expect(statuses == [200, 200])
                #expect(proxy.errorLog.contains("127.0.0.2:\(backend.port)"))
            }
        }
    }
}
