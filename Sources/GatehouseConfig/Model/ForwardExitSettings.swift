import GatehouseWire

/// A `forward_exit`: how requests leave that a rule sends over it.
package struct ForwardExitSettings: Sendable {
    /// Another proxy, which looks names up itself.
    package struct Parent: Sendable {
        package var kind: ParentHandshake.Kind
        /// An index into `HTTPConfiguration.upstreams`.
        package var upstream: Int
        package var credentials: (user: [UInt8], password: [UInt8])?
    }

    package var name: String
    package var parent: Parent?
    /// Source addresses, of which each user has one.
    package var sources: [IPAddress] = []
    /// Each request has another source.
    package var rotates = false

    package init(name: String) { self.name = name }
}
