import GatehouseWire

/// A rollout as lines of text, from which every verdict can be found again.
///
///     0 rules steps=500:600000,10000 minimum=100 …
///     1000000000 block 190/1 10/0 189/9 10/1
///     = rolled_back 5% -> 0%: the canary fails more often; …
///
/// A line begins with the time since the journal began, in nanoseconds; one that begins with `=` is a decision, for comparison. A process
/// that was started again goes on in the same file, with another line of time 0: `rules` of a new rollout, or the `state` it goes on from.
package enum CanaryJournal {
    package struct ReplayError: Error, Equatable {
        /// Counted from 1.
        package var line: Int
        package var message: String
    }

    /// The first line.
    package static func opening(_ machine: CanaryRolloutMachine, now: MonotonicInstant) -> String {
        if machine == CanaryRolloutMachine(machine.rules, now: now) { return line(.rulesChanged(machine.rules), at: .zero) }
        return "0 state " + machine.stateLines(now: now).joined(separator: "|")
    }

    package static func line(_ event: CanaryEvent, at time: Duration) -> String { "\(time.wholeNanoseconds) \(event.text)" }

    package static func line(_ decision: CanaryDecision) -> String { "= \(decision.description)" }

    /// Lets a new machine live through the journal.
    /// - Returns: its decisions.
    /// - Throws: where a line can't be read, and where the journal says something else was decided.
    package static func replay(_ lines: some Sequence<some StringProtocol>) throws(ReplayError) -> [CanaryDecision] {
        var replay = Replay()
        for (index, line) in lines.enumerated() where !line.isEmpty {
            if let message = replay.take(String(line)) { throw ReplayError(line: index + 1, message: message) }
        }
        return replay.decisions
    }
}

/// The machine that lives through a journal, and how much of what it decided was compared.
private struct Replay {
    var machine: CanaryRolloutMachine?
    var decisions: [CanaryDecision] = []
    var compared = 0

    /// - Returns: what is wrong with the line.
    mutating func take(_ line: String) -> String? {
        if line.hasPrefix("= ") { return compare(line) }
        let parts = line.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let time = Int64(parts[0]) else { return "unreadable" }
        let now = MonotonicInstant.origin + .nanoseconds(time)
        if time == 0, let begun = beginning(String(parts[1])) {
            machine = begun
            compared = decisions.count
            return nil
        }
        guard let event = CanaryEvent(String(parts[1])) else { return "unreadable" }
        guard var running = machine else { return "a journal begins with its rules" }
        if let decision = running.handle(event, now: now) { decisions.append(decision) }
        machine = running
        return nil
    }

    private func beginning(_ text: String) -> CanaryRolloutMachine? {
        if text.hasPrefix("state ") { return CanaryRolloutMachine(stateLines: text.dropFirst(6).split(separator: "|"), now: .origin) }
        guard case .rulesChanged(let rules) = CanaryEvent(text) else { return nil }
        return CanaryRolloutMachine(rules, now: .origin)
    }

    private mutating func compare(_ line: String) -> String? {
        guard compared < decisions.count else { return "replayed: nothing" }
        compared += 1
        let found = decisions[compared - 1]
        return line == CanaryJournal.line(found) ? nil : "replayed: \(found.description)"
    }
}
