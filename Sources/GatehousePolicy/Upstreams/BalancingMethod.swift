import GatehouseWire

/// How a group chooses among its peers.
package enum BalancingMethod: Sendable, Equatable {
    /// Smooth weighted round robin, nginx's default.
    case roundRobin
    /// `least_conn`: the fewest active connections for its weight; equals take turns by round robin.
    case leastConnections
    /// `ip_hash`: by the first three bytes of an IPv4 address, or by all of an IPv6 address.
    case ipHash
    /// `hash KEY [consistent]`: by a text of the request, spread as Cache::Memcached does, or on a ketama ring.
    case hash(consistent: Bool)
    /// `random [two]`: by weight, or the one with fewer connections of two.
    case random(two: Bool)

    /// Whether `PoolMachine.lease` reads its `key`.
    package var needsKey: Bool {
        switch self {
        case .ipHash, .hash: true
        case .roundRobin, .leastConnections, .random: false
        }
    }

    /// Whether `PoolMachine.lease` draws random numbers.
    package var needsChance: Bool {
        switch self {
        case .random: true
        case .roundRobin, .leastConnections, .ipHash, .hash: false
        }
    }
}

extension BalancingMethod {
    /// What `ip_hash` chooses by: a client's network of IPv4, its whole address of IPv6; `nil` is a client on a unix socket.
    package static func addressKey(_ client: IPAddress?) -> [UInt8] {
        switch client {
        case .v4(let address):
            [24, 16, 8].map { UInt8(truncatingIfNeeded: address >> $0) }
        case .v6(let high, let low):
            [high, low].flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) } }
        case nil:
            [0, 0, 0]
        }
    }
}
