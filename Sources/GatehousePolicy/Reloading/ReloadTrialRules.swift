/// `reload_canary 5% 2m`: a new configuration takes this share of the new connections for so long before it takes all.
package struct ReloadTrialRules: Sendable, Equatable {
    /// Above nothing and below everything.
    package var share: CanaryShare
    package var period: Duration

    package init(share: CanaryShare, period: Duration) {
        self.share = share
        self.period = period
    }

    /// A configuration that is no worse is withdrawn with a probability of at most one in 200, as by a `canary` block. Times are not compared: what
    /// they depend on is mostly behind both configurations.
    var judgement: CanaryJudgement { CanaryJudgement(minimumSample: 0, confidence: 9950, latency: nil) }
}
