import GatehouseRuntime

/// The end of a generation: the last request and the last connection that used it let go of it.
package final class GenerationEnd: Sendable {
    private struct State {
        var isOver = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Lock(State())

    package init() {}

    package var isOver: Bool { state.withLock { $0.isOver } }

    /// Called once, by the generation as it goes.
    func announce() {
        let waiters = state.withLock { state in
            state.isOver = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Suspends until the end; at once where it has come. Cancellation does not end the wait.
    package func wait() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isOver { state.waiters.append(continuation) }
                return state.isOver
            }
            if isOver { continuation.resume() }
        }
    }
}
