import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// A generation that serves a share of the new connections, until `ReloadTrialMachine` knows what becomes of it.
actor ReloadTrial {
    /// The generation's number.
    nonisolated let number: Int
    nonisolated let rules: ReloadTrialRules
    nonisolated let tally = ReloadTally()
    private var machine: ReloadTrialMachine

    init(_ rules: ReloadTrialRules, of number: Int, now: MonotonicInstant) {
        self.number = number
        self.rules = rules
        machine = ReloadTrialMachine(rules, now: now)
    }

    /// To be called a few times a second.
    /// - Returns: what becomes of the generation, as soon as that is known.
    func timePassed(now: MonotonicInstant) -> ReloadOutcome? {
        if let block = tally.take() { _ = machine.blockClosed(block, now: now) }
        _ = machine.timePassed(now: now)
        // A person may have decided it.
        if case .ended(let outcome) = machine.state { return outcome }
        return nil
    }

    /// - Returns: `nil` where it was decided before.
    func adopt(now: MonotonicInstant) -> ReloadOutcome? { machine.adopt(now: now) }

    /// - Returns: `nil` where it was decided before.
    func withdraw(now: MonotonicInstant) -> ReloadOutcome? { machine.withdraw(now: now) }

    /// - Returns: `nil` where it was decided before.
    func drop(because reason: String, now: MonotonicInstant) -> ReloadOutcome? { machine.drop(because: reason, now: now) }

    func status(now: MonotonicInstant) -> String { machine.status(now: now) }
}

/// Asks a trial what became of it, and puts that to work.
struct ReloadTrialUpkeep: Upkeep {
    let trial: ReloadTrial
    let settle: @Sendable (ReloadOutcome) async -> Void

    private static let pause = Duration.milliseconds(250)

    func run(on loop: EventLoop) async {
        while true {
            do { try await loop.sleep(until: loop.now + Self.pause) } catch { return }
            if let outcome = await trial.timePassed(now: loop.now) { return await settle(outcome) }
        }
    }
}
