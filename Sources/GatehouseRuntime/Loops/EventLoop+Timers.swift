internal import GatehouseWire

/// What a loop does when a timer is due.
enum TimerAction {
    case none
    case call(() -> Void)
    /// A source's deadline. The source cancels the timer before it ends.
    case deadline(RegistrationToken)
}

/// A timer of a loop, to be cancelled on the loop's thread.
package struct Timer {
    fileprivate let loop: EventLoop
    fileprivate let id: TimerID

    /// Disarms the timer; nothing happens when it fired before.
    package func cancel() {
        loop.disarm(id)
    }
}

@available(*, unavailable)
extension Timer: Sendable {}

extension EventLoop {
    /// Runs `action` on the loop at `instant` or up to a millisecond later. Only on the loop's thread.
    package func schedule(at instant: Instant, _ action: @escaping () -> Void) -> Timer {
        Timer(loop: self, id: arm(at: instant, .call(action)))
    }

    func arm(at instant: Instant, _ action: TimerAction) -> TimerID {
        arm(atTick: tick(ofDeadline: instant), action)
    }

    func arm(atTick tick: UInt64, _ action: TimerAction) -> TimerID {
        let id = wheel.insert(at: tick)
        while timerActions.count < wheel.indexLimit { timerActions.append(.none) }
        timerActions[Int(id.index)] = action
        return id
    }

    func disarm(_ id: TimerID) {
        if wheel.cancel(id) { timerActions[Int(id.index)] = .none }
    }

    func expireTimers() {
        presentTick = tick(ofPresent: cachedNow)
        guard let next = wheel.nextTick, next <= presentTick else { return }
        var expired = expiredTimers
        expiredTimers = []
        wheel.advance(to: presentTick, expired: &expired)
        // Taken out first: an action may arm a timer, which reuses the index of one that has just expired.
        let actions = expired.map { id in
            defer { timerActions[Int(id.index)] = .none }
            return timerActions[Int(id.index)]
        }
        expired.removeAll(keepingCapacity: true)
        expiredTimers = expired
        for action in actions {
            switch action {
            case .none: break
            case .call(let body): body()
            case .deadline(let token): registrations[token]?.deadlinePassed()
            }
        }
    }

    /// -1 when there is no timer: then nothing but an event wakes the loop.
    func millisecondsToNextTimer() -> Int32 {
        guard let next = wheel.nextTick else { return -1 }
        // Only a near timer is worth another look at the clock: a far one may be late by what this turn took.
        let present = presentTick + 100 < next ? presentTick : tick(ofPresent: .now)
        return next <= present ? 0 : Int32(min(next - present, 1 << 30))
    }

    /// A tick that no timer reaches: 34 years after the loop began.
    static var neverTick: UInt64 { 1 << 40 }

    /// A deadline that never comes. Only for waits that something else ends.
    package var never: Instant { .distantFuture }

    /// Milliseconds since the loop began, rounded up, so that no timer fires early.
    func tick(ofDeadline instant: Instant) -> UInt64 { min(milliseconds(to: instant) + 1, Self.neverTick) }

    /// Milliseconds since the loop began, rounded down.
    private func tick(ofPresent instant: Instant) -> UInt64 { milliseconds(to: instant) }

    private func milliseconds(to instant: Instant) -> UInt64 {
        UInt64(max(0, instant.nanoseconds &- origin.nanoseconds) / 1_000_000)
    }
}
