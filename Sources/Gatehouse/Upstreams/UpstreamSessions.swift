import GatehouseTLS

/// TLS sessions with upstreams, kept for resumption; one store a loop.
package final class UpstreamSessions {
    package struct Key: Hashable {
        package var group: Int
        package var peer: Int
        /// Location, name and client certificate: a session is resumed only where a full handshake would have led to the same.
        package var identity: [UInt8]
    }

    private var sessions: [Key: TLSSession] = [:]
    private let most = 1024

    package init() {}

    package func session(for key: Key) -> TLSSession? { sessions[key] }

    package func keep(_ session: TLSSession, for key: Key) {
        if sessions.count >= most && sessions[key] == nil { sessions.removeAll() }
        sessions[key] = session
    }
}
