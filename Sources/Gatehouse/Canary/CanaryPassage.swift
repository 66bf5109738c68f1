import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// What a canary decided for one request, until its result is known.
package struct CanaryPassage {
    package let router: CanaryRouter
    package let choice: CanaryChoice
    /// The share when it was decided.
    package let share: CanaryShare
    /// The value of a `Set-Cookie` field, for a user who has no place yet.
    package let cookie: [UInt8]?
    package let begin: MonotonicInstant
    /// The time judged is that of the last byte (`latency … last_byte`).
    package let includesBody: Bool
}
