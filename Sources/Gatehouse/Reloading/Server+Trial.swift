import GatehousePolicy
import GatehouseRuntime

/// A generation that serves a share of the new connections (`reload_canary`).
///
///     load ──► candidate ──adopted──► the one that serves, as if it had just been loaded
///                  └─────withdrawn, dropped──► gone, with the requests it has
extension Server {
    /// A generation on trial, with what it listens on.
    struct Candidate {
        let generation: Generation
        let listening: [ListeningKey: [Int32]]
        let trial: ReloadTrial
    }

    /// The end of a trial, for who holds the sockets.
    package struct TrialEnd: Sendable {
        package let generation: Int
        package let outcome: ReloadOutcome
    }

    /// What `load` has done.
    package enum Loading: Sendable, Equatable {
        /// The new generation serves.
        case serving
        /// The generation of this number is on trial; `trialEnds` tells more.
        case onTrial(Int)
    }

    /// Looks after the trial, as part of the upkeep.
    func upkeep(of candidate: Candidate) -> ReloadTrialUpkeep {
        ReloadTrialUpkeep(trial: candidate.trial) { [weak self] in await self?.settle(candidate.trial, $0) }
    }

    /// Puts to work what became of a candidate, unless another has taken its place or the server ends.
    private func settle(_ trial: ReloadTrial, _ outcome: ReloadOutcome) async {
        let isDone = state.withLock { state in
            guard let candidate = state.candidate, candidate.trial === trial, !state.isEnding else { return false }
            state.candidate = nil
            if outcome.kind == .adopted {
                state.take(candidate.generation, listening: candidate.listening)
            } else {
                state.older.append(candidate.generation.end)
                for context in state.contexts { context.loop.post { context.withdraw(trial.number) } }
            }
            return true
        }
        if !isDone { return }
        note(trial, outcome)
        await stopUnusedListeners()
        changed()
        announce(TrialEnd(generation: trial.number, outcome: outcome))
    }

    /// Says what became of a trial.
    func note(_ trial: ReloadTrial, _ outcome: ReloadOutcome) {
        let log = current.processLog
        log.log(outcome.kind == .withdrawn ? .warn : .notice, "reload_canary: the new configuration was \(outcome)")
        current.reloads.ended(trial.number, outcome, now: .now)
    }

    /// The trial ends undecided; the candidate is gone already.
    func drop(_ candidate: Candidate, because reason: String) async {
        if let outcome = await candidate.trial.drop(because: reason, now: .now) { return note(candidate.trial, outcome) }
        current.reloads.ended(candidate.trial.number, nil, now: .now)
    }

    func noteBegin(of candidate: Candidate) {
        let rules = candidate.trial.rules
        current.reloads.began(candidate.trial)
        current.processLog.log(
            .notice,
            "reload_canary: the new configuration gets \(rules.share) of the new connections for \(rules.period.components.seconds) s")
    }
}

extension Server.State {
    /// `new` serves everything. Told to the loops here, under the lock, so that two changes reach them in their order.
    mutating func take(_ new: Generation, listening: [ListeningKey: [Int32]]) {
        older.append(generation.end)
        generation = new
        self.listening = listening
        candidate = nil
        for context in contexts { context.loop.post { context.adopt(new) } }
    }

    /// `new` serves a share of the new connections.
    mutating func tryOut(_ new: Server.Candidate) {
        candidate = new
        let (generation, trial) = (new.generation, new.trial)
        for context in contexts {
            context.loop.post { context.begin(TrialShare(generation: generation, share: trial.rules.share, tally: trial.tally)) }
        }
    }
}
