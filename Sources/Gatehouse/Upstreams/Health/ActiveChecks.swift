import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Owns the active checks of one group: one task a peer waits until a probe of it is due, makes it, and tells the group what it means.
/// When that is, and what it means, `HealthCheckMachine` decides.
package actor ActiveChecks {
    /// What is done with a peer's new health. Its first one is `HealthCheckRules.initialHealth`, and is not told.
    package typealias Report = @Sendable (UpstreamPeer, HealthCheckMachine.Transition, MonotonicInstant) async -> Void

    private var machine: HealthCheckMachine
    private var random: SplitMix64
    private nonisolated let makeProber: @Sendable (UpstreamPeer) -> any PeerProber
    private nonisolated let known: @Sendable (UpstreamPeer) -> PeerHealth?
    private nonisolated let report: Report
    private nonisolated let arrivals: AsyncStream<UpstreamPeer>
    private nonisolated let arrive: AsyncStream<UpstreamPeer>.Continuation

    /// - Parameters:
    ///   - makeProber: called by the task that uses it.
    ///   - known: what was known of a peer before a reload.
    package init(
        checks: [HealthCheckRules], seed: UInt64 = .random(in: .min ... .max),
        makeProber: @escaping @Sendable (UpstreamPeer) -> any PeerProber,
        known: @escaping @Sendable (UpstreamPeer) -> PeerHealth? = { _ in nil }, report: @escaping Report
    ) {
        machine = HealthCheckMachine(checks: checks)
        random = SplitMix64(seed: seed)
        self.makeProber = makeProber
        self.known = known
        self.report = report
        (arrivals, arrive) = AsyncStream.makeStream()
    }

    /// Checks `peer` from now on, until it is retired. May be called before `run`, and from any thread.
    package nonisolated func add(_ peer: UpstreamPeer) { arrive.yield(peer) }

    /// Checks the peers until the task is cancelled. To be called once.
    package nonisolated func run(_ clock: UpstreamClock) async {
        await withDiscardingTaskGroup { group in
            for await peer in arrivals {
                group.addTask { await self.watch(peer, clock) }
            }
            group.cancelAll()
        }
    }

    private nonisolated func watch(_ peer: UpstreamPeer, _ clock: UpstreamClock) async {
        let prober = makeProber(peer)
        defer { prober.close() }
        let member = await begin(peer, now: clock.now())
        while !Task.isCancelled && !peer.isRetired {
            switch await next(member, now: clock.now()) {
            case .probe(let probe):
                let outcome = await prober.probe(probe.check)
                if let transition = await ended(probe, outcome) { await report(peer, transition, clock.now()) }
            case .wait(let until):
                guard (try? await clock.sleep(until)) != nil else { break }
            case .stop: return
            }
        }
        await left(member)
    }

    // MARK: What the machine says

    private func begin(_ peer: UpstreamPeer, now: MonotonicInstant) -> HealthCheckMachine.MemberID {
        machine.peerAdded(peer.id, known: known(peer), now: now, using: &random)
    }

    private func next(_ member: HealthCheckMachine.MemberID, now: MonotonicInstant) -> HealthCheckMachine.Order {
        machine.nextProbe(of: member, now: now, using: &random)
    }

    private func ended(_ probe: HealthCheckMachine.Probe, _ outcome: ProbeOutcome) -> HealthCheckMachine.Transition? {
        switch outcome {
        case .passed: return machine.probePassed(probe)
        case .failed(let reason): return machine.probeFailed(probe, reason: reason)
        case .abandoned:
            machine.probeAbandoned(probe)
            return nil
        }
    }

    private func left(_ member: HealthCheckMachine.MemberID) { machine.peerRemoved(member) }
}
