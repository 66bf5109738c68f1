/// What became of a rollout, and why: one line of the log.
package struct CanaryDecision: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case started
        /// To the next step.
        case advanced
        /// The canary has everything.
        case promoted
        /// Stays at its step until a person says more.
        case held
        /// Its time is over and the sample is too small: goes on when it isn't.
        case waiting
        case steppedBack = "stepped_back"
        case rolledBack = "rolled_back"
        /// Other steps or rules came with a new configuration.
        case changed
    }

    package var kind: Kind
    package var from: CanaryShare
    package var to: CanaryShare
    /// A sentence with the numbers.
    package var reason: String

    package init(_ kind: Kind, from: CanaryShare, to: CanaryShare, reason: String) {
        self.kind = kind
        self.from = from
        self.to = to
        self.reason = reason
    }

    /// `rolled_back 5% -> 0%: the canary fails more often; errors: …`
    package var description: String { "\(kind.rawValue) \(from) -> \(to): \(reason)" }
}
