import COpenSSL

/// The ticket keys of a context: from files, or a ring of generated ones that belongs to a shared session cache.
final class TicketKeys: Sendable {
    private enum Source: Sendable {
        case files([TicketKey])
        case ring(SessionLock<TicketKeyRing>, lifetime: Int)
    }

    private let source: Source

    private init(_ source: Source) {
        self.source = source
    }

    /// Nil where OpenSSL's own keys, made with the context, are right: no files, and no cache to share them with.
    static func make(_ configuration: TLSServerConfiguration, shared: TLSSharedState) throws(TLSError) -> TicketKeys? {
        if !configuration.ticketKeys.isEmpty {
            let keys = configuration.ticketKeys.compactMap(TicketKey.init(file:))
            guard keys.count == configuration.ticketKeys.count else {
                throw TLSError(.configuration, "ssl_session_ticket_key must be 48 or 80 bytes")
            }
            return TicketKeys(.files(keys))
        }
        guard case .shared(let name, _) = configuration.sessionCache, let ring = shared.ring(for: name) else { return nil }
        return TicketKeys(.ring(ring, lifetime: max(configuration.sessionTimeout, 1)))
    }

    /// A key of 80 random bytes.
    static func generate() -> TicketKey? {
        var bytes = [UInt8](repeating: 0, count: 80)
        // The length is the array's.
        return unsafe RAND_bytes(&bytes, 80) == 1 ? TicketKey(file: bytes) : nil
    }

    private func keys() -> [TicketKey] {
        switch source {
        case .files(let keys): return keys
        case .ring(let ring, let lifetime):
            let now = EpochClock.now
            return ring.withLock { ring in
                ring.rotate(now: now, lifetime: lifetime, fresh: Self.generate)
                return ring.keys
            }
        }
    }

    /// The key that encrypts.
    func current() -> TicketKey { keys()[0] }

    func find(_ name: [UInt8]) -> (key: TicketKey, isCurrent: Bool)? {
        let keys = keys()
        guard let index = keys.firstIndex(where: { $0.name == name }) else { return nil }
        return (keys[index], index == 0)
    }
}
