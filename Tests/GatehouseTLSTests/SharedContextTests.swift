import GatehouseWire
import Testing

@testable import GatehouseTLS

@Suite struct SharedContextTests {
    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `connections on many threads share contexts, cache and ticket keys`(_ version: TLSVersion) async throws {
        let server = try Contexts.server {
            $0.protocols = [version]
            $0.sessionCache = .shared(name: "SSL", bytes: 8192)
            $0.sessionTickets = version == .tls13
        }
        let client = try Contexts.client()
        let resumed = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    var session: TLSSession?
                    var resumed = 0
                    for _ in 0..<8 {
                        let pair = try ConnectionPair(server, client, session: session)
                        #expect(pair.handshake().server == .done)
                        #expect(pair.answer([7]) == [7])
                        pair.server.shutdown()
                        session = pair.client.newSession ?? session
                        if pair.server.isResumed { resumed += 1 }
                    }
                    return resumed
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(resumed == 28)
    }

    @Test func `a connection goes on on another thread`() async throws {
        let pair = try ConnectionPair(Contexts.server(), Contexts.client())
        let moved = Moved(pair)
        let result = await Task.detached { moved.value.handshake().server }.value
        #expect(result == .done)
        #expect(pair.send([5]) == [5])
    }

    /// `@unchecked Sendable`: the test waits for the other thread before it goes on.
    private struct Moved: @unchecked Sendable {
        let value: ConnectionPair
        init(_ value: ConnectionPair) { self.value = value }
    }

    @Test func `a cache by name is one, until its size changes`() {
        let shared = TLSSharedState()
        let cache = shared.cache(for: .shared(name: "SSL", bytes: 1000))
        #expect(cache === shared.cache(for: .shared(name: "SSL", bytes: 1000)))
        #expect(cache !== shared.cache(for: .shared(name: "other", bytes: 1000)))
        #expect(cache !== shared.cache(for: .shared(name: "SSL", bytes: 2000)))
        #expect(shared.cache(for: .none) == nil)
    }
}
