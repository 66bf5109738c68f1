import GatehouseWire

/// A `forward_exit`: how requests leave that a rule sends over it.
package struct ForwardExitSettings: Sendable {
    /// Another proxy, which looks names up itself.
    package struct Parent: Sendable {
        package var kind: ParentHandshake.Kind
        /// An index into `HTTPConfiguration.upstreams`.
        package var upstream: Int
        package var credentials: (user: [UInt8], password: [UInt8])?
        /// `nil` where it is spoken to in the clear.
        package var tls: TLS?
        /// `fallback=direct`: where no parent takes the connection it is made without one.
        package var fallsBack = false
    }

    /// TLS to a parent.
    package struct TLS: Sendable, Equatable {
        /// Asked for (SNI) and verified.
        package var name: String
        package var verifies = true
        /// A file of authorities; `nil` for the system's.
        package var trusted: String?

        package init(name: String) { self.name = name }
    }

    package var name: String
    package var parent: Parent?
    /// Source addresses, of which each user has one.
    package var sources: [IPAddress] = []
    /// Each request has another source.
    package var rotates = false

    package var position: SourcePosition

    package init(name: String, position: SourcePosition) {
        self.name = name
        self.position = position
    }
}
