import GatehouseRuntime

/// Where one request waits for the lookup of another. Any thread may end the wait, and the first to do so decides how.
final class LookupWaiter: Sendable {
    enum Outcome: Sendable {
        case answer(DatedAnswer)
        /// The request that asked gave up: go on with this.
        case lead(LookupMachine)
        /// `resolver_timeout` has passed, or the request is cancelled.
        case gaveUp
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
    func wait() async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early: Outcome? = state.withLock { state in
                    if case .ended(let outcome) = state { return outcome }
                    state = .waiting(continuation)
                    return nil
                }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            end(.gaveUp)
        }
    }

    /// Whether this is what ended the wait.
    @discardableResult
    func end(_ outcome: Outcome) -> Bool {
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
