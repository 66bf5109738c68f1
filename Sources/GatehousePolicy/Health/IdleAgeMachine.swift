import GatehouseWire

/// Learns from the connections to one peer at what idle age the peer closes them, so that only younger ones are used again. Owns one
/// estimate; knows nothing of connections.
///
/// A death is believed at once: an age that is too low costs a handshake, one that is too high costs a request. The estimate rises
/// slowly, with connections that lived longer, and is forgotten when nothing has confirmed it for a while. Connections above the age
/// are best left idle: how they end says where the age really is.
package struct IdleAgeMachine: Sendable {
    /// Deaths below this age tell of a backend that closes after an answer, or after a number of them, not of its idle timer.
    static let least = Duration.milliseconds(250)
    /// Deaths of such different ages this close together are one event, such as a restart, and tell nothing of ages.
    static let burst = Duration.milliseconds(100)
    /// How long the estimate holds unconfirmed.
    static let memory = Duration.seconds(600)

    private struct Death: Sendable {
        var at: MonotonicInstant
        var age: Duration
        /// The estimate before it.
        var before: Duration?
        /// Others of a different age died with it.
        var isMixed = false
    }

    /// Where the peer is believed to close.
    private var estimate: Duration?
    private var confirmed = MonotonicInstant.origin
    private var last: Death?

    package init() {}

    /// The longest idle age at which to use a connection; `nil` as long as nothing is known against any.
    package func longestReuse(now: MonotonicInstant) -> Duration? {
        guard let estimate, now - confirmed <= Self.memory else { return nil }
        // A request needs its way to the peer, and timers there are coarse.
        return estimate - max(estimate / 8, .milliseconds(50))
    }

    /// The peer closed a connection, or reset it, that had been idle for `age`.
    package mutating func connectionDied(idleFor age: Duration, now: MonotonicInstant) {
        if age < Self.least { return }
        if let last, now - last.at <= Self.burst, last.isMixed || differs(age, last.age) {
            // Not of old age: what was concluded from the first of them is taken back.
            estimate = last.before
            self.last?.isMixed = true
            self.last?.at = now
            return
        }
        if now - confirmed > Self.memory { estimate = nil }
        last = Death(at: now, age: age, before: estimate)
        confirmed = now
        guard let known = estimate, known < age else {
            estimate = age
            return
        }
        estimate = known + (age - known) / 4
    }

    /// A connection was still open after `age` of idleness.
    package mutating func connectionSurvived(idleFor age: Duration) {
        guard let known = estimate, known < age else { return }
        estimate = known + (age - known) / 8
    }

    /// By more than a quarter of the greater.
    private func differs(_ left: Duration, _ right: Duration) -> Bool {
        max(left, right) - min(left, right) > max(left, right) / 4
    }
}
