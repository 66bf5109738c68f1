import GatehouseTLS

/// TLS sessions with upstreams, kept for resumption; one store a loop.
package final class UpstreamSessions {
    /// Where a session may be resumed. It holds the peer, so that no other takes its identity.
    package struct Key: Hashable {
        package var peer: UpstreamPeer
        /// Location, name and client certificate: a session is resumed only where a full handshake would have led to the same.
        package var identity: [UInt8]

        package init(peer: UpstreamPeer, identity: [UInt8]) {
            self.peer = peer
            self.identity = identity
        }

        package static func == (a: Key, b: Key) -> Bool { a.peer === b.peer && a.identity == b.identity }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(ObjectIdentifier(peer))
            hasher.combine(identity)
        }
    }

    private var sessions: [Key: TLSSession] = [:]
    private let most = 1024

    package init() {}

    package func session(for key: Key) -> TLSSession? { sessions[key] }

    package func keep(_ session: TLSSession, for key: Key) {
        if key.peer.isRetired { return }
        if sessions.count >= most && sessions[key] == nil { sessions.removeAll() }
        sessions[key] = session
    }

    /// After a reload: locations have other numbers, and other settings.
    package func removeAll() { sessions.removeAll() }

    /// `peer` left its group.
    package func removeAll(with peer: UpstreamPeer) { sessions = sessions.filter { $0.key.peer !== peer } }
}
