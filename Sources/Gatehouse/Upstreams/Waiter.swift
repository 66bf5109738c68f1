import GatehouseRuntime

/// Where one request waits for what others bring. Any thread may end the wait, and the first to do so decides how.
package final class Waiter<Outcome: Sendable>: Sendable {
    private enum State {
        /// Becomes `waiting` or `ended`.
        case new
        /// Becomes `ended`.
        case waiting(CheckedContinuation<Outcome, Never>)
        case ended(Outcome)
    }

    private let state = Lock(State.new)

    package init() {}

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

    /// The same; a task that is cancelled ends the wait with `outcome`.
    package func wait(untilCancelled outcome: Outcome) async -> Outcome {
        await withTaskCancellationHandler {
            await wait()
        } onCancel: {
            end(outcome)
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
