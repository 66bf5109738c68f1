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
    /// `random [two [METHOD]]`: by weight, or the better one of two.
    case random(two: RandomTwo)
    /// `least_time`: the least estimated time to be through with what it has; equals take turns by round robin.
    case leastTime(LeastTimeMode)

    /// What makes one of two peers drawn by `random two` the better one.
    package enum RandomTwo: Sendable, Hashable {
        /// One is drawn, not two.
        case off
        case leastConnections
        case leastTime(LeastTimeMode)
    }

    /// Which time `least_time` goes by: to the head of the response, or to its last byte. `inflight` counts also how long the requests
    /// under way have been waiting.
    package enum LeastTimeMode: Sendable, Hashable {
        case header(inflight: Bool)
        case lastByte(inflight: Bool)

        package var countsInflight: Bool {
            switch self {
            case .header(let inflight), .lastByte(let inflight): inflight
            }
        }
    }

    /// Whether `PoolMachine.lease` reads its `key`.
    package var needsKey: Bool {
        switch self {
        case .ipHash, .hash: true
        case .roundRobin, .leastConnections, .random, .leastTime: false
        }
    }

    /// Whether `PoolMachine.lease` draws random numbers.
    package var needsChance: Bool {
        switch self {
        case .random: true
        case .roundRobin, .leastConnections, .ipHash, .hash, .leastTime: false
        }
    }

    /// Whether servers may be `backup` or have a `slow_start`: not where the choice is that of a key or of chance.
    package var isByTurns: Bool {
        switch self {
        case .roundRobin, .leastConnections, .leastTime: true
        case .ipHash, .hash, .random: false
        }
    }

    /// How times of responses decide, where they do.
    package var leastTime: LeastTimeMode? {
        switch self {
        case .leastTime(let mode), .random(two: .leastTime(let mode)): mode
        case .roundRobin, .leastConnections, .ipHash, .hash, .random: nil
        }
    }

    /// Whether `PoolMachine.headerReceived` has to be told of every head.
    package var needsHeaderEvents: Bool { self == .leastTime(.header(inflight: true)) }
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
