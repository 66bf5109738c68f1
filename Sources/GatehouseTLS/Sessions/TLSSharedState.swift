/// What contexts of one process share by name, and what lives on when a new configuration is loaded: session caches and ticket keys.
package final class TLSSharedState: Sendable {
    private struct State {
        var caches: [String: (cache: TLSSessionCache, bytes: Int)] = [:]
        var rings: [String: SessionLock<TicketKeyRing>] = [:]
    }

    private let state = SessionLock(State())

    package init() {}

    /// The cache of that name, made anew where its size has changed. Nil for all kinds but `.shared`.
    package func cache(for kind: TLSServerConfiguration.SessionCache) -> TLSSessionCache? {
        guard case .shared(let name, let bytes) = kind else { return nil }
        return state.withLock { state in
            if let known = state.caches[name], known.bytes == bytes { return known.cache }
            let cache = TLSSessionCache(bytes: bytes)
            state.caches[name] = (cache, bytes)
            return cache
        }
    }

    /// The ticket keys that go with the cache of that name; nil where no random bytes can be had.
    func ring(for name: String) -> SessionLock<TicketKeyRing>? {
        state.withLock { state in
            if let known = state.rings[name] { return known }
            guard let key = TicketKeys.generate() else { return nil }
            // Its time is over at once, so the first lifetime asked for decides when it changes.
            let ring = SessionLock(TicketKeyRing(first: key, now: 0, lifetime: 0))
            state.rings[name] = ring
            return ring
        }
    }
}
