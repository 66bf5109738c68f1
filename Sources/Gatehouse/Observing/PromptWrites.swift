import GatehouseWire

/// Decides which log lines are written at once by whoever appended them, as nginx does, and which wait for the writer's next round: a few
/// in every window of time, so that a quiet server's log is never late and a busy one writes in rounds.
struct PromptWrites {
    private let window: Duration
    private let most: Int
    private var start: MonotonicInstant
    private var count = 0

    init(_ most: Int, every window: Duration, now: MonotonicInstant) {
        self.window = window
        self.most = most
        start = now
    }

    mutating func admits(now: MonotonicInstant) -> Bool {
        if now - start >= window { (start, count) = (now, 0) }
        guard count < most else { return false }
        count += 1
        return true
    }
}
