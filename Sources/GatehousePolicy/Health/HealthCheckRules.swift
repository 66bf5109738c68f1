/// When a peer is probed and what the results mean: parameters of nginx's `health_check`.
package struct HealthCheckRules: Sendable, Equatable {
    /// Time between two probes of a peer.
    package var interval: Duration
    /// Each probe is late by a random time up to this.
    package var jitter: Duration
    /// Failures in a row that make a peer unhealthy.
    package var fails: Int
    /// Passes in a row that make it healthy again.
    package var passes: Int
    /// A new peer is not used before its first result.
    package var isMandatory: Bool
    /// What was known of a peer before a reload counts after it.
    package var isPersistent: Bool

    package init(
        interval: Duration = .seconds(5), jitter: Duration = .zero, fails: Int = 1, passes: Int = 1, isMandatory: Bool = false,
        isPersistent: Bool = false
    ) {
        self.interval = interval
        self.jitter = jitter
        self.fails = fails
        self.passes = passes
        self.isMandatory = isMandatory
        self.isPersistent = isPersistent
    }

    /// How a peer starts of which `known` was known before a reload.
    package func initialHealth(known: PeerHealth?) -> PeerHealth {
        if isPersistent, let known, known == .healthy || known == .unhealthy { return known }
        return isMandatory ? .checking : .unchecked
    }
}
