/// A peer is in another state than before.
package struct PeerChange: Sendable, Equatable {
    package var peer: PeerID
    /// As the configuration has it.
    package var name: String
    package var from: PeerSnapshot.State
    package var to: PeerSnapshot.State
    /// For the log.
    package var reason: String
}
