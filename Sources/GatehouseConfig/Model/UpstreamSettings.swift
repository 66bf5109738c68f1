import GatehousePolicy
import GatehouseWire

/// Where a server of an upstream group is reached, before names are resolved.
package enum UpstreamAddress: Sendable, Hashable {
    case ip(IPAddress, port: Int)
    case unix(String)
    /// A name that the system resolver looks up when the configuration is loaded.
    case name(String, port: Int)
}

/// One `server` line of an `upstream` block.
package struct UpstreamServerSettings: Sendable {
    package var address: UpstreamAddress
    /// As written, for `$upstream_addr` of names and for messages.
    package var name: String
    package var weight = 1
    package var maxConnections = 0
    package var maxFails = 1
    package var failTimeout: Duration = .seconds(10)
    package var isBackup = false
    package var isDown = false
    package var resolvesContinually = false
    package var position: SourcePosition

    package init(address: UpstreamAddress, name: String, position: SourcePosition) {
        self.address = address
        self.name = name
        self.position = position
    }
}

/// An `upstream` block, or the implicit group of a `proxy_pass` to a plain address.
package struct UpstreamSettings: Sendable {
    package var name: String
    package var isImplicit: Bool
    package var servers: [UpstreamServerSettings] = []
    package var method: BalancingMethod = .roundRobin
    /// Key of `hash KEY`.
    package var hashKey: Template?
    package var zone: String?
    /// Idle connections kept (a loop's share of it); 0 turns keeping off. nginx ≥ 1.29.7: 32, and none of an implicit group.
    package var keepalive: Int
    package var keepaliveRequests = 1000
    package var keepaliveTime: Duration = .seconds(3600)
    package var keepaliveTimeout: Duration = .seconds(60)
    package var resolver: ResolverSettings?
    package var position: SourcePosition

    package init(name: String, isImplicit: Bool, position: SourcePosition) {
        self.name = name
        self.isImplicit = isImplicit
        keepalive = isImplicit ? 0 : 32
        self.position = position
    }
}

/// `resolver` and `resolver_timeout`.
package struct ResolverSettings: Sendable, Hashable {
    package var servers: [UpstreamAddress] = []
    /// Overrides the answer's own lifetime.
    package var valid: Duration?
    package var usesIPv4 = true
    package var usesIPv6 = true
    package var timeout: Duration = .seconds(30)

    package init() {}
}
