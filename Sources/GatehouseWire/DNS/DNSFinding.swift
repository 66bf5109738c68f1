/// What an answer says about the name that was asked for.
package enum DNSFinding<Content: Equatable & Sendable>: Equatable, Sendable {
    case found([Content], for: Duration)
    /// The name is another one's alias, of which the answer does not tell more. Nil is the root.
    case alias(DNSName?, for: Duration)
    /// There is nothing; how long that may be remembered, if at all (RFC 2308).
    case none(for: Duration?)
}

/// One server of a service (RFC 2782).
package struct DNSService: Hashable, Sendable {
    package let priority: UInt16
    package let weight: UInt16
    package let port: UInt16
    package let target: DNSName

    package init(priority: UInt16, weight: UInt16, port: UInt16, target: DNSName) {
        self.priority = priority
        self.weight = weight
        self.port = port
        self.target = target
    }
}
