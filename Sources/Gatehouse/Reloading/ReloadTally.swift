import GatehousePolicy
import Synchronization

/// How requests went in both generations while one is on trial. Loops add, the trial takes; no request waits for another.
///
/// Only connections count that began during the trial, on an address that both have: it is chance alone that divides these.
package final class ReloadTally: Sendable {
    package enum Side: Sendable {
        case old
        case new
    }

    // Results in the lower half, failures in the upper, so that both are taken at once.
    private let old = Atomic<Int>(0)
    private let new = Atomic<Int>(0)
    private static let failure = 1 << 32

    package init() {}

    package func add(_ side: Side, failed: Bool) {
        let result = failed ? 1 + Self.failure : 1
        switch side {
        case .old: old.add(result, ordering: .relaxed)
        case .new: new.add(result, ordering: .relaxed)
        }
    }

    /// What came since this was last asked; `nil`, and nothing is taken, as long as only one of them has answered.
    package func take() -> CanaryBlock? {
        if old.load(ordering: .relaxed) == 0 || new.load(ordering: .relaxed) == 0 { return nil }
        var block = CanaryBlock()
        block.baseline = Self.tally(old.exchange(0, ordering: .relaxed))
        block.canary = Self.tally(new.exchange(0, ordering: .relaxed))
        return block
    }

    private static func tally(_ results: Int) -> CanaryTally { CanaryTally(results % failure, bad: results / failure) }
}

/// Which side of a trial a connection is on.
package struct ReloadTrialPart {
    let tally: ReloadTally
    let side: ReloadTally.Side

    /// A request has ended.
    func note(_ exchange: Exchange) { tally.add(side, failed: Self.isFailure(exchange)) }

    /// TLS could not be agreed on, so no request came.
    func noteFailedHandshake() { tally.add(side, failed: true) }

    /// A server error, whoever made it: backends fail under both generations alike. Or an answer that broke off under a client that is still there.
    private static func isFailure(_ exchange: Exchange) -> Bool {
        if exchange.response.status >= 500 { return true }
        guard exchange.response.isStarted, !exchange.response.isComplete else { return false }
        return exchange.client.watchedSocket.map { !$0.hasPeerClosed && !$0.isReset } ?? true
    }
}
