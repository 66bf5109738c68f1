import Glibc

/// A session cache that all servers naming it share (`ssl_session_cache shared:NAME:SIZE`).
package final class TLSSessionCache: Sendable {
    /// As in nginx: a session above this is not kept. Certificates of clients make sessions large.
    static let largestSession = 8192

    private let store: SessionLock<SessionStore>

    init(bytes: Int) {
        store = SessionLock(SessionStore(budget: bytes))
    }

    /// How many sessions it holds.
    package var count: Int { store.withLock { $0.count } }

    /// `lifetime` in seconds.
    func insert(_ id: [UInt8], _ encoded: [UInt8], lifetime: Int) {
        let now = EpochClock.now
        store.withLock { $0.insert(id, encoded, expires: now + lifetime, now: now) }
    }

    func find(_ id: [UInt8]) -> [UInt8]? {
        let now = EpochClock.now
        return store.withLock { $0.find(id, now: now) }
    }

    func remove(_ id: [UInt8]) {
        store.withLock { $0.remove(id) }
    }
}

/// Seconds since the epoch, as OpenSSL itself reads them for its sessions and certificates.
enum EpochClock {
    static var now: Int { time(nil) }
}
