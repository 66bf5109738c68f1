import GatehousePolicy
import GatehouseRuntime

/// A generation on trial, as one loop sees it.
struct TrialShare {
    let generation: Generation
    let share: CanaryShare
    let tally: ReloadTally
}

extension LoopContext {
    /// A share of the connections that come now is `new.generation`'s; a trial before it is over.
    func begin(_ new: TrialShare) {
        if let trial { withdraw(trial.generation.number) }
        trial = new
    }

    /// The trial of generation `number` is over, and the present one serves all again. Its connections take their next request there.
    func withdraw(_ number: Int) {
        guard trial?.generation.number == number else { return }
        trial = nil
        idleUpstreams.closeAll(notOf: generation)
        // Those on an address that the present generation does not have end where they are.
        for connection in connections.all where connection.generationNumber == number && !serves(connection) { connection.drain() }
    }

    private func serves(_ connection: HTTP1Connection) -> Bool {
        generation.binding(for: connection.listener.address) { connection.facts.localAddress } != nil
    }

    func isOnTrial(_ generation: Generation) -> Bool { trial?.generation === generation }

    /// What a new connection to `listener` that arrived at `local` begins with, and which part it has in a trial.
    func assign(
        _ listener: ListenerState, local: () -> SocketAddress?
    ) -> (binding: ListenerBinding, part: ReloadTrialPart?)? {
        let usual = binding(for: listener, local: local)
        guard let trial, let new = trial.generation.binding(for: listener.address, local: local) else { return usual.map { ($0, nil) } }
        // An address that only the new generation has is all its own, and says nothing about it.
        guard let usual else { return (new, nil) }
        let isIn = trial.share.contains(CanaryPlace(using: &dice))
        return (isIn ? new : usual, ReloadTrialPart(tally: trial.tally, side: isIn ? .new : .old))
    }
}
