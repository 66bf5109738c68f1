import GatehouseWire

/// What is read of a peer only after a failure, while it starts slowly, by `least_time`, or by a status page.
struct PeerRecord: Sendable {
    var spec: PeerSpec
    /// When the last failure was.
    var accessed: MonotonicInstant?
    /// When the peer was last given a chance after a failure, or failed.
    var checked: MonotonicInstant?
    var leases = 0
    var failures = 0
    var health = PeerHealth.unchecked
    /// When a slow start began, and what share of a choice it has saved up, in 256ths.
    var slowSince = MonotonicInstant.origin
    var slowCredit = 0
    var times = PeerTimes()

    /// `fail_timeout` in nanoseconds: told once, as a choice by times asks it of every peer.
    private var rest: Int64

    init(_ spec: PeerSpec) {
        self.spec = spec
        rest = spec.failTimeout.wholeNanoseconds
    }

    mutating func update(_ spec: PeerSpec) {
        self.spec = spec
        rest = spec.failTimeout.wholeNanoseconds
    }

    /// The last moment of the rest after failures.
    var restEnd: MonotonicInstant { checked.map { MonotonicInstant(nanoseconds: $0.nanoseconds &+ rest) } ?? .origin }

    /// Whether the rest after the failures is over. nginx compares with "more than `fail_timeout`".
    func hasRested(by now: MonotonicInstant) -> Bool {
        guard let checked else { return true }
        return now.nanoseconds &- checked.nanoseconds > rest
    }
}
