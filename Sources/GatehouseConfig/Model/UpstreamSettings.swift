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
    /// `drain`: only requests that are bound to it.
    package var isDraining = false
    /// How long its share grows after it came back.
    package var slowStart: Duration = .zero
    /// `route=`: by what `sticky` knows it; empty for a digest of its address.
    package var route: [UInt8] = []
    package var resolvesContinually = false
    /// `service=`: the name is a service's, whose servers SRV records tell.
    package var service: String?
    package var position: SourcePosition

    package init(address: UpstreamAddress, name: String, position: SourcePosition) {
        self.address = address
        self.name = name
        self.position = position
    }

    /// The name to be looked up as long as the group is in use, instead of once.
    package var nameToResolve: String? {
        guard resolvesContinually, case .name(let name, _) = address else { return nil }
        return name
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
    package var queue: QueueSettings?
    package var sticky: StickySettings?
    /// Idle connections kept (a loop's share of it); 0 turns keeping off. nginx ≥ 1.29.7: 32, and none of an implicit group.
    package var keepalive: Int
    package var keepaliveRequests = 1000
    package var keepaliveTime: Duration = .seconds(3600)
    package var keepaliveTimeout: Duration = .seconds(60)
    /// `state`: an absolute path. The file has the servers once they were changed at run time.
    package var statePath: String?
    /// Of the group's own `resolver`, or that of the `http` block, as soon as everything is read.
    package var resolver: ResolverSettings?
    package var healthChecks: [HealthCheckSettings] = []
    package var outliers: OutlierRules?
    package var limits: CircuitLimits?
    package var retryBudget: RetryBudgetRules?
    package var overload = OverloadSettings()
    package var resolverTimeout: Duration?
    /// Index into `HTTPConfiguration.canaries`, where the name is that of a `canary` block: it has no servers of its own.
    package var canary: Int?
    package var position: SourcePosition

    package init(name: String, isImplicit: Bool, position: SourcePosition) {
        self.name = name
        self.isImplicit = isImplicit
        keepalive = isImplicit ? 0 : 32
        self.position = position
    }
}

/// `queue`: requests wait when no server can take them.
package struct QueueSettings: Sendable, Equatable {
    /// Requests that may wait.
    package var capacity: Int
    /// How long each of them waits.
    package var timeout: Duration = .seconds(60)

    package init(capacity: Int) {
        self.capacity = capacity
    }
}

/// `resolver` and `resolver_timeout`.
package struct ResolverSettings: Sendable, Hashable {
    /// `resolver system`: the system's hosts file, and the name servers of its `resolv.conf`.
    package var usesSystem = false
    package var servers: [UpstreamAddress] = []
    /// Overrides the answer's own lifetime.
    package var valid: Duration?
    package var usesIPv4 = true
    package var usesIPv6 = true
    package var timeout: Duration = .seconds(30)

    package init() {}

    /// `resolver off`, or none at all.
    package var isOff: Bool { servers.isEmpty && !usesSystem }
}
