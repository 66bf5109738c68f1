import GatehouseWire

/// What a choice reads of one peer, kept small so that a choice among a thousand peers stays in the cache.
struct PeerSlot: Sendable {
    /// nginx's `current_weight`: how far this peer's turn has come.
    var currentWeight = 0
    let weight: Int32
    /// The weight after failures; it recovers by one with each choice the peer takes part in.
    var effectiveWeight: Int32
    var active: Int32 = 0
    /// `Int32.max` where the configuration sets no limit.
    let maxConnections: Int32
    var fails: Int32 = 0
    /// 0: failures never rest this peer.
    let maxFails: Int32
    let index: Int32
    var isDown: Bool

    init(_ spec: PeerSpec, index: Int) {
        weight = Int32(clamping: max(1, spec.weight))
        effectiveWeight = weight
        maxConnections = spec.maxConnections <= 0 ? .max : Int32(clamping: spec.maxConnections)
        maxFails = Int32(clamping: max(0, spec.maxFails))
        self.index = Int32(clamping: index)
        isDown = spec.isDown
    }

    /// Whether failures have reached `max_fails`; `PeerRecord` says for how long.
    var hasTripped: Bool { maxFails != 0 && fails >= maxFails }

    /// Neither down nor at its limit.
    var isOpen: Bool { !isDown && active < maxConnections }

    /// Adds the effective weight to the current one and returns it; a weight lowered by failures recovers by one.
    @inline(__always)
    mutating func advance() -> Int {
        let gain = effectiveWeight
        currentWeight += Int(gain)
        if gain < weight { effectiveWeight = gain + 1 }
        return Int(gain)
    }
}

/// What is read of a peer only after a failure, or by a status page.
struct PeerRecord: Sendable {
    let spec: PeerSpec
    /// When the last failure was.
    var accessed: MonotonicInstant?
    /// When the peer was last given a chance after a failure, or failed.
    var checked: MonotonicInstant?
    var leases = 0
    var failures = 0

    init(_ spec: PeerSpec) { self.spec = spec }

    /// Whether the rest after the failures is over. nginx compares with "more than `fail_timeout`".
    func hasRested(by now: MonotonicInstant) -> Bool {
        guard let checked else { return true }
        return now - checked > spec.failTimeout
    }
}
