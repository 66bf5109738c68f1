import GatehousePolicy
import GatehouseRuntime

/// What active checks knew of peers, kept over reloads for `persistent`.
package final class HealthMemory: Sendable {
    private struct Key: Hashable {
        let group: String
        let address: SocketAddress
    }

    private let known = Lock<[Key: PeerHealth]>([:])

    package init() {}

    package func health(of address: SocketAddress, in group: String) -> PeerHealth? {
        known.withLock { $0[Key(group: group, address: address)] }
    }

    /// - Parameter health: `nil` forgets the peer.
    package func note(_ health: PeerHealth?, of address: SocketAddress, in group: String) {
        known.withLock { $0[Key(group: group, address: address)] = health }
    }
}
