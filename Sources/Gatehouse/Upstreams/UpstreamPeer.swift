import GatehousePolicy
import GatehouseRuntime
import GatehouseWire
import Synchronization

/// One address of an upstream group. Connections, sessions and requests under way hold the object itself: a peer that left the group stays
/// what it was for them, and is not mixed up with one that came later.
package final class UpstreamPeer: Sendable {
    /// Its place in the group's `PoolMachine`. Another peer may have it once this one has left and its last request is over.
    package let id: PeerID
    /// As on its `server` line.
    package let name: String
    package let address: SocketAddress
    /// As `$upstream_addr` shows it.
    package let text: [UInt8]
    /// Which line of `UpstreamSettings.servers` it comes from.
    package let line: Int
    /// What binds requests to it; empty where nothing does.
    package let stickyID: [UInt8]

    private let hasLeft = Atomic(false)
    private let watchers = Lock<[ObjectIdentifier: @Sendable (UpstreamPeer) -> Void]>([:])

    package init(id: PeerID, server: UpstreamServer) {
        self.id = id
        name = server.spec.name
        address = server.address
        line = server.line
        stickyID = server.spec.stickyID
        text = Array(server.address.description.utf8)
    }

    /// Whether it left its group: requests under way go on, nothing new is sent to it.
    package var isRetired: Bool { hasLeft.load(ordering: .relaxed) }

    /// Tells everybody who keeps something for this peer that it left. Any thread may call this, once.
    package func retire() {
        hasLeft.store(true, ordering: .sequentiallyConsistent)
        let told = watchers.withLock { watchers in
            defer { watchers = [:] }
            return watchers
        }
        for tell in told.values { tell(self) }
    }

    /// Calls `tell` when the peer leaves, on whatever thread that happens; not at all if it has left already.
    /// - Parameter watcher: whoever asks more than once is told once.
    package func whenRetired(_ watcher: ObjectIdentifier, _ tell: @escaping @Sendable (UpstreamPeer) -> Void) {
        watchers.withLock { $0[watcher] = tell }
    }
}
