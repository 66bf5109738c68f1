/// What keeps a peer from being chosen.
struct PeerBars: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    static let down = PeerBars(rawValue: 1 << 0)
    static let draining = PeerBars(rawValue: 1 << 1)
    /// A mandatory first check has not passed yet.
    static let checking = PeerBars(rawValue: 1 << 2)
    static let unhealthy = PeerBars(rawValue: 1 << 3)
    /// A slow start lets this choice pass it by.
    static let sitsOut = PeerBars(rawValue: 1 << 4)
    /// It was worse than the others.
    static let ejected = PeerBars(rawValue: 1 << 5)

    /// What does not count for a request that is bound to the peer.
    static let allowingBound: PeerBars = [.draining, .sitsOut]
}

/// What a choice reads of one peer, kept small so that a choice among a thousand peers stays in the cache.
struct PeerSlot: Sendable {
    /// nginx's `current_weight`: how far this peer's turn has come.
    var currentWeight = 0
    var weight: Int32
    /// The weight after failures; it recovers by one with each choice the peer takes part in.
    var effectiveWeight: Int32
    var active: Int32 = 0
    /// `Int32.max` where the configuration sets no limit.
    var maxConnections: Int32
    var fails: Int32 = 0
    /// 0: failures never rest this peer.
    var maxFails: Int32
    /// `PeerID.index`.
    let index: Int32
    var bars: PeerBars
    /// How far a slow start has come, in 256ths; 0: none is under way.
    var ramp: UInt8 = 0

    init(_ spec: PeerSpec, index: Int) {
        weight = Self.weight(of: spec)
        effectiveWeight = weight
        maxConnections = Self.maxConnections(of: spec)
        maxFails = Int32(clamping: max(0, spec.maxFails))
        self.index = Int32(clamping: index)
        bars = Self.bars(of: spec)
    }

    /// Takes over what changed, keeping counts and the place in the turn.
    mutating func update(_ spec: PeerSpec) {
        let lost = weight - effectiveWeight
        weight = Self.weight(of: spec)
        effectiveWeight = max(0, weight - lost)
        maxConnections = Self.maxConnections(of: spec)
        maxFails = Int32(clamping: max(0, spec.maxFails))
    }

    /// Whether failures have reached `max_fails`; `PeerRecord` says for how long.
    var hasTripped: Bool { maxFails != 0 && fails >= maxFails }

    /// Nothing bars it and it is below its limit.
    var isOpen: Bool { bars.isEmpty && active < maxConnections }

    /// The requests it has, as the methods that compare them count them: under a slow start each counts for as many more as the peer
    /// can bear fewer.
    var load: Int { ramp == 0 ? Int(active) : Int(active) * 256 / Int(ramp) }

    /// Adds the effective weight to the current one and returns it; a weight lowered by failures recovers by one.
    @inline(__always)
    mutating func advance() -> Int {
        let gain = effectiveWeight
        currentWeight += Int(gain)
        if gain < weight { effectiveWeight = gain + 1 }
        return Int(gain)
    }

    private static func weight(of spec: PeerSpec) -> Int32 { Int32(clamping: max(1, spec.weight)) }

    private static func maxConnections(of spec: PeerSpec) -> Int32 {
        spec.maxConnections <= 0 ? .max : Int32(clamping: spec.maxConnections)
    }

    private static func bars(of spec: PeerSpec) -> PeerBars {
        spec.isDown ? .down : spec.isDraining ? .draining : []
    }
}
