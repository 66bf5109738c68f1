import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// The servers behind one name, and the actor that chooses among them.
package final class UpstreamGroup: Sendable {
    /// Unique in its generation; negative where it was made for a request.
    package let number: Int
    package let settings: UpstreamSettings
    package let pool: UpstreamPool
    package let method: BalancingMethod
    /// `sticky`.
    package let stickiness: Stickiness?
    /// `nil`: nobody checks.
    let health: GroupHealth?
    /// The `server` lines as they are now.
    let store: LineStore
    let names: GroupNames

    /// - Parameters:
    ///   - servers: the peers to begin with.
    ///   - changed: told of every change of a peer's state.
    init(
        number: Int, settings: UpstreamSettings, servers: [UpstreamServer], store: LineStore? = nil, names: GroupNames = GroupNames([]),
        stickiness: Stickiness? = nil, health: GroupHealth? = nil,
        changed: @escaping @Sendable (UpstreamPeer, PeerChange) -> Void = { _, _ in }
    ) {
        self.number = number
        self.settings = settings
        self.health = health
        self.store = store ?? LineStore(settings.servers)
        self.names = names
        method = settings.method
        self.stickiness = stickiness
        let peers = servers.enumerated().map { UpstreamPeer(id: PeerID(index: $0), server: $1) }
        var machine = PoolMachine(peers: servers.map(\.spec), rules: settings.rules)
        machine.awaitsPeers = names.areAwaited
        pool = UpstreamPool(
            machine, peers: peers, startingHealth: { health?.startingHealth(of: $0.address) ?? .unchecked }, changed: changed)
    }

    /// Made for a request, and gone when nobody uses it any more.
    var isTransient: Bool { number < 0 }

    /// What `hash` and `ip_hash` choose by; empty where the method needs nothing.
    package func balancingKey(for exchange: Exchange) -> [UInt8] {
        guard method.needsKey else { return [] }
        if let key = settings.hashKey { return exchange.render(key) }
        return BalancingMethod.addressKey(exchange.remoteAddress.ipAddress)
    }
}

extension PeerChange {
    /// As grave as what it means: a peer less is a warning.
    var level: LogLevel {
        switch to {
        case .up, .down, .draining: .notice
        case .unavailable, .checking, .unhealthy: .warn
        }
    }
}

/// Looks names up while a configuration is loaded; blocking is allowed then.
package protocol NameResolving: Sendable {
    /// All addresses of `name`, IPv4 first; empty when there are none.
    func resolve(_ name: String) -> [IPAddress]
}
