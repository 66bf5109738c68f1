import GatehouseRuntime

/// Where one request waits in the queue of a group. Any thread may end the wait, and the first to do so decides how.
package final class LeaseWaiter: Sendable {
    package enum Outcome: Sendable {
        /// The peer counts as active; it is to be released.
        case granted(UpstreamPeer)
        case timedOut
        /// The names of the group stand for no peer.
        case noneLive
        /// The client left, or the request is cancelled.
        case gone
    }

    private enum State {
        /// Becomes `waiting` or `ended`.
        case new
        /// Becomes `ended`.
        case waiting(CheckedContinuation<Outcome, Never>)
        case ended(Outcome)
    }

    private let state = Lock(State.new)

    /// Suspends until the wait is ended. Called once.
    package func wait() async -> Outcome {
        await withCheckedContinuation { continuation in
            let early: Outcome? = state.withLock { state in
                if case .ended(let outcome) = state { return outcome }
                state = .waiting(continuation)
                return nil
            }
            if let early { continuation.resume(returning: early) }
        }
    }

    /// Whether this is what ended the wait.
    @discardableResult
    package func end(_ outcome: Outcome) -> Bool {
        let previous = state.withLock { state in
            let previous = state
            if case .ended = previous { return previous }
            state = .ended(outcome)
            return previous
        }
        switch previous {
        case .new: return true
        case .waiting(let continuation):
            continuation.resume(returning: outcome)
            return true
        case .ended: return false
        }
    }
}
