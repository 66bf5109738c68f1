import GatehouseWire

/// What is to be least, in proportion to the weight, of those whose turn it may be.
enum TurnLoad: Sendable, Equatable {
    /// All are in the turn.
    case nothing
    /// `least_conn`
    case connections
    /// `least_time` without `inflight`
    case time(BalancingMethod.LeastTimeMode)

    /// - Returns: `nil` where no index is kept: the method does not take turns, or it is `least_time … inflight`, which by nginx's rule
    ///   averages anew, with each choice, how long each busy peer has let its requests wait.
    init?(_ method: BalancingMethod) {
        switch method {
        case .roundRobin: self = .nothing
        case .leastConnections: self = .connections
        case .leastTime(let mode) where !mode.countsInflight: self = .time(mode)
        case .leastTime, .ipHash, .hash, .random: return nil
        }
    }

    /// - Parameters: the arrays themselves, since a record that is passed is copied.
    @inline(__always)
    func amount(of slot: Int, _ slots: [PeerSlot], _ records: [PeerRecord], now: MonotonicInstant) -> Int {
        switch self {
        case .nothing: 0
        case .connections: slots[slot].load
        case .time(let mode): records[slot].estimate(mode, load: slots[slot].load, now: now)
        }
    }
}
