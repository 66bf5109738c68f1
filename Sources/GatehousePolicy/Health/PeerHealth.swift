/// What active checks know of a peer, in NGINX Plus's words.
package enum PeerHealth: Sendable, Equatable {
    /// No check is configured, or none has come to a result yet; the peer is used.
    case unchecked
    /// A `mandatory` check has not come to a result yet; the peer is not used.
    case checking
    case healthy
    /// Enough checks in a row failed; the peer is not used.
    case unhealthy

    package var letsUse: Bool {
        switch self {
        case .unchecked, .healthy: true
        case .checking, .unhealthy: false
        }
    }

    /// What several checks together say: a peer is unhealthy when one of them says so, and healthy when all do.
    package static func combined(_ all: [PeerHealth]) -> PeerHealth {
        for worst in [PeerHealth.unhealthy, .checking, .unchecked] where all.contains(worst) { return worst }
        return all.isEmpty ? .unchecked : .healthy
    }
}
