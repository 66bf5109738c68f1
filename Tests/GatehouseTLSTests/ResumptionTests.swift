import GatehouseWire
import Testing

@testable import GatehouseTLS

@Suite struct ResumptionTests {
    /// Connects twice, the second time with the session of the first, and tells whether that resumed it.
    private func isReused(
        _ first: TLSServerContext, _ second: TLSServerContext? = nil, client: TLSClientContext? = nil,
        select: @escaping (String?) -> TLSContextChoice = { _ in .keep }, selectAgain: ((String?) -> TLSContextChoice)? = nil
    ) throws -> Bool {
        let client = try client ?? Contexts.client()
        let pair = try ConnectionPair(first, client, select: select)
        #expect(pair.handshake().server == .done)
        #expect(pair.answer([1]) == [1])
        #expect(!pair.server.isResumed)
        pair.server.shutdown()
        let again = try ConnectionPair(second ?? first, client, session: pair.client.newSession, select: selectAgain ?? select)
        #expect(again.handshake().server == .done)
        #expect(again.send([2]) == [2])
        #expect(again.client.isResumed == again.server.isResumed)
        return again.server.isResumed
    }

    typealias CacheCase = (TLSVersion, TLSServerConfiguration.SessionCache, tickets: Bool, reused: Bool)

    static let matrix: [CacheCase] = [TLSVersion.tls12, .tls13].flatMap {
        [
            ($0, .none, true, true), ($0, .off, true, true), ($0, .none, false, false), ($0, .off, false, false),
            ($0, .shared(name: "SSL", bytes: 1 << 20), true, true), ($0, .shared(name: "SSL", bytes: 1 << 20), false, true),
            ($0, .builtin(sessions: nil), false, true), ($0, .builtin(sessions: 1000), false, true),
        ]
    }

    @Test(arguments: matrix)
    func `sessions are reused as cache and tickets allow`(
        _ version: TLSVersion, _ cache: TLSServerConfiguration.SessionCache, tickets: Bool, reused: Bool
    ) throws {
        let server = try Contexts.server {
            $0.protocols = [version]
            $0.sessionCache = cache
            $0.sessionTickets = tickets
        }
        #expect(try isReused(server) == reused)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13], [true, false])
    func `a shared cache and its ticket keys outlive a reload`(_ version: TLSVersion, tickets: Bool) throws {
        let shared = TLSSharedState()
        let change: (inout TLSServerConfiguration) -> Void = {
            $0.protocols = [version]
            $0.certificates = [Fixtures.good]
            $0.sessionTickets = tickets
            $0.sessionCache = .shared(name: "SSL", bytes: 1 << 20)
        }
        let before = try Contexts.server(shared: shared, change: change)
        let after = try Contexts.server(shared: shared, change: change)
        #expect(try isReused(before, after))
    }

    @Test(arguments: [TLSVersion.tls12, .tls13], [48, 80])
    func `ticket keys from files work across contexts, and old ones still decrypt`(_ version: TLSVersion, size: Int) throws {
        let old = [UInt8](repeating: 7, count: size)
        let new = [UInt8](repeating: 9, count: size)
        func server(_ keys: [[UInt8]]) throws -> TLSServerContext {
            try Contexts.server {
                $0.protocols = [version]
                $0.certificates = [Fixtures.good]
                $0.ticketKeys = keys
            }
        }
        #expect(try isReused(server([old]), server([new, old])))
        #expect(try !isReused(server([old]), server([new])))
    }

    @Test func `a ticket key file of another size is refused`() {
        #expect(throws: TLSError.self) { try Contexts.server { $0.ticketKeys = [[1, 2, 3]] } }
    }

    @Test(arguments: [TLSVersion.tls12, .tls13], [true, false])
    func `a named server resumes by the default server's cache and keys`(_ version: TLSVersion, tickets: Bool) throws {
        func server(_ cache: String, _ key: UInt8) throws -> TLSServerContext {
            try Contexts.server {
                $0.protocols = [version]
                $0.certificates = [Fixtures.good]
                $0.sessionCache = .shared(name: cache, bytes: 1 << 20)
                $0.sessionTickets = tickets
                $0.ticketKeys = [[UInt8](repeating: key, count: 48)]
            }
        }
        let other = try server("two", 2)
        #expect(try isReused(server("one", 1), select: { _ in .use(other) }))
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `sessions do not cross servers with other client certificate rules`(_ version: TLSVersion) throws {
        func server(_ verify: TLSServerConfiguration.ClientVerification) throws -> TLSServerContext {
            try Contexts.server {
                $0.protocols = [version]
                $0.certificates = [Fixtures.good]
                $0.verifyClient = verify
                $0.clientCertificates = Fixtures.authority
            }
        }
        let open = try server(.off)
        let guarded = try server(.optional)
        #expect(open.sessionIDContext != guarded.sessionIDContext)
        #expect(try !isReused(open, select: { _ in .keep }, selectAgain: { _ in .use(guarded) }))
        #expect(try isReused(open, select: { _ in .use(guarded) }))
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a resumed session still knows the client's certificate`(_ version: TLSVersion) throws {
        let server = try Contexts.server {
            $0.protocols = [version]
            $0.verifyClient = .on
            $0.clientCertificates = Fixtures.authority
        }
        let client = try Contexts.client { $0.certificate = Fixtures.good }
        let pair = try ConnectionPair(server, client)
        pair.handshake()
        _ = pair.answer([1])
        let again = try ConnectionPair(server, client, session: pair.client.newSession)
        again.handshake()
        #expect(again.server.isResumed)
        #expect(again.server.clientVerification == .success)
        #expect(again.server.sessionID.count == 64)
    }

    @Test func `the store keeps to its budget and drops the oldest`() {
        var store = SessionStore(budget: 3 * (100 + SessionStore.overhead))
        for id in 1...5 { store.insert([UInt8(id)], [UInt8](repeating: 0, count: 100), expires: 100, now: 0) }
        #expect(store.count == 3)
        #expect(store.find([2], now: 1) == nil)
        #expect(store.find([3], now: 1) != nil)
        #expect(store.find([3], now: 100) == nil)
        store.remove([4])
        #expect(store.count == 1)
        store.insert([5], [1], expires: 300, now: 200)
        #expect(store.find([5], now: 201) == [1])
    }

    @Test func `a thousand insertions of the same session stay one`() {
        var store = SessionStore(budget: 1 << 16)
        for now in 0..<1000 { store.insert([1], [1, 2, 3], expires: now + 10, now: now) }
        #expect(store.count == 1)
        #expect(store.find([1], now: 1000) == [1, 2, 3])
    }

    @Test func `generated ticket keys rotate and the predecessor lives one lifetime longer`() throws {
        let keys = try (1...3).map { try #require(TicketKey(file: [UInt8](repeating: UInt8($0), count: 80))) }
        var ring = TicketKeyRing(first: keys[0], now: 0, lifetime: 10)
        ring.rotate(now: 9, lifetime: 10) { keys[1] }
        #expect(ring.keys == [keys[0]])
        ring.rotate(now: 10, lifetime: 10) { keys[1] }
        #expect(ring.keys == [keys[1], keys[0]])
        ring.rotate(now: 40, lifetime: 10) { keys[2] }
        #expect(ring.keys == [keys[2]])
    }
}
