import GatehousePolicy
import GatehouseRuntime

/// What active checks knew of peers, kept over reloads for `persistent`.
package final class HealthMemory: Sendable {
    private struct Key: Hashable {
        let group: String
        let address: SocketAddress
    }

    /// Peers that come and go with DNS leave entries behind: then all are forgotten, and checked anew.
    private static let most = 8192
    private let known = Lock<[Key: PeerHealth]>([:])

    package init() {}

    package func health(of address: SocketAddress, in group: String) -> PeerHealth? {
        known.withLock { $0[Key(group: group, address: address)] }
    }

    /// - Parameter health: `nil` forgets the peer.
    package func note(_ health: PeerHealth?, of address: SocketAddress, in group: String) {
        let key = Key(group: group, address: address)
        known.withLock { known in
            if known.count >= Self.most && known[key] == nil { known.removeAll() }
            known[key] = health
        }
    }
}
