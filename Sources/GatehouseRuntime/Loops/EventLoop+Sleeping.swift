internal import GatehouseWire

extension EventLoop {
    /// Suspends until `instant` or up to a millisecond longer. Throws when the task is cancelled.
    package func sleep(until instant: Instant) async throws(CancellationError) {
        let sleeper = LoopConfined(Sleeper())
        let wasCancelled = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if isCurrent {
                    sleeper.value.begin(continuation, on: self, until: instant)
                } else {
                    post { sleeper.value.begin(continuation, on: self, until: instant) }
                }
            }
        } onCancel: {
            post { sleeper.value.end(wasCancelled: true) }
        }
        if wasCancelled { throw CancellationError() }
    }
}

extension EventLoop {
    /// Suspends until the loop has been round once, so that others have their turn. On the loop's thread, and for tasks that prefer it.
    nonisolated(nonsending) package func nextTurn() async {
        await withCheckedContinuation { continuation in
            atEndOfTurn { continuation.resume() }
        }
    }
}

/// One sleeping task. Confined to the loop's thread; begin and cancellation may come in either order.
private final class Sleeper {
    private enum State {
        case new
        case sleeping(CheckedContinuation<Bool, Never>, Timer)
        case cancelledEarly
        case ended
    }

    private var state = State.new

    func begin(_ continuation: CheckedContinuation<Bool, Never>, on loop: EventLoop, until instant: MonotonicInstant) {
        switch state {
        case .new:
            let timer = loop.schedule(at: instant) { [self] in end(wasCancelled: false) }
            state = .sleeping(continuation, timer)
        case .cancelledEarly:
            state = .ended
            continuation.resume(returning: true)
        case .sleeping, .ended:
            preconditionFailure("a sleep begins once")
        }
    }

    func end(wasCancelled: Bool) {
        switch state {
        case .new:
            state = .cancelledEarly
        case .sleeping(let continuation, let timer):
            state = .ended
            timer.cancel()
            continuation.resume(returning: wasCancelled)
        case .cancelledEarly, .ended:
            break
        }
    }
}
