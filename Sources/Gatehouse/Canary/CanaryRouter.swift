import GatehousePolicy
import GatehouseRuntime
import GatehouseWire
import Synchronization

/// Owns one rollout: says which version a request goes to, hears how it went, and moves the share. One actor a canary; what happens is
/// decided by `CanaryRolloutMachine`.
///
/// Choosing needs no call of the actor: the share is an atomic. Its calls are brief, so who calls runs it: requests `recordNow` without suspending. It lives
/// on over reloads, so a new configuration finds it where it was.
public actor CanaryRouter {
    private nonisolated let executor = BriefExecutor()
    /// Whoever calls the actor runs it. (The actor holds its executor, so this does not outlive it.)
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
    /// What the journal and the state file belong to.
    package nonisolated let name: [UInt8]
    private var machine: CanaryRolloutMachine
    private var collector: CanaryCollector
    private var failures: CanaryFailures
    /// When the journal began.
    private var origin: MonotonicInstant
    /// The time, for those who don't tell it.
    let clock: @Sendable () -> MonotonicInstant
    private var journal: CanaryJournalFile?
    /// It serves: what a file keeps of it was read.
    private var isServing = false
    /// The newest last.
    private var history: [(time: MonotonicInstant, decision: CanaryDecision)] = []
    private static let longestHistory = 20
    /// Hundredths of a percent, and above them the state's place in `stateNames`.
    private nonisolated let published: Atomic<Int>
    private static let stateNames = ["running", "waiting", "holding", "promoted", "rolled_back"]

    /// - Parameters:
    ///   - machine: a new rollout, or one that was read from its state.
    ///   - origin: when `machine` was made.
    ///   - clock: read by the methods for embedders.
    package init(
        name: String, _ machine: CanaryRolloutMachine, failures: CanaryFailures = CanaryFailures(), origin: MonotonicInstant,
        clock: @escaping @Sendable () -> MonotonicInstant = { .now }
    ) {
        self.name = Array(name.utf8)
        self.machine = machine
        self.failures = failures
        self.clock = clock
        self.origin = origin
        collector = CanaryCollector(failures: failures, latency: machine.rules.judgement.latency)
        published = Atomic(Self.word(for: machine))
    }

    // MARK: Files

    /// The process serves with this rollout from now on.
    /// - Parameter kept: what its file says now, which may be newer than what it was made of: a process that died may have written it.
    /// - Returns: false where it serves already; then nothing is done.
    @discardableResult
    package func begin(with kept: CanaryRolloutMachine?) -> Bool {
        if isServing { return false }
        isServing = true
        if let kept {
            machine = kept
            published.store(Self.word(for: machine), ordering: .relaxed)
        }
        return true
    }

    /// Whether the journal is this file, or is not to be written where this is `nil`.
    package func keepsJournal(_ path: String?) -> Bool { journal?.path == path }

    /// Writes everything down from now on, beginning with how the rollout stands.
    package func keepJournal(_ journal: CanaryJournalFile?, now: MonotonicInstant) {
        self.journal = journal
        origin = now
        journal?.write(CanaryJournal.opening(machine, now: now))
    }

    // MARK: Choosing, on any thread

    /// The canary's share now.
    package nonisolated var share: CanaryShare { CanaryShare(clamping: published.load(ordering: .relaxed) & 0xffff) }

    /// `running`, `waiting`, `holding`, `promoted` or `rolled_back`.
    package nonisolated var stateName: String { Self.stateNames[published.load(ordering: .relaxed) >> 16] }

    /// Where a request goes.
    package nonisolated func choose(place: CanaryPlace, isExcluded: Bool = false, wish: CanaryVariant? = nil) -> CanaryChoice {
        CanaryChoice(share: share, place: place, isExcluded: isExcluded, wish: wish)
    }

    // MARK: What happened

    /// How a request went whose choice `isJudged`.
    /// - Returns: what followed from it, for the log.
    package func record(_ result: CanaryResult, now: MonotonicInstant) -> CanaryDecision? {
        guard let block = collector.add(result) else { return nil }
        return tell(.blockClosed(block), now: now)
    }

    /// `record` from outside, done when it returns. Any thread may call this.
    package nonisolated func recordNow(_ result: CanaryResult, now: MonotonicInstant) -> CanaryDecision? {
        executor.enter { assumeIsolated { $0.record(result, now: now) } }
    }

    /// To be called about once a second.
    package func timePassed(now: MonotonicInstant) -> CanaryDecision? {
        let judged = collector.timePassed().flatMap { tell(.blockClosed($0), now: now) }
        guard let deadline = machine.deadline, now >= deadline else { return judged }
        return judged ?? tell(.timePassed, now: now)
    }

    /// A person said so.
    package func steer(_ event: CanaryEvent, now: MonotonicInstant) -> CanaryDecision? { tell(event, now: now) }

    /// A configuration was loaded that has this canary. One that says nothing new changes nothing.
    package func configured(_ rules: CanaryRules, failures: CanaryFailures, now: MonotonicInstant) -> CanaryDecision? {
        if failures != self.failures || rules.judgement != machine.rules.judgement {
            self.failures = failures
            collector = CanaryCollector(failures: failures, latency: rules.judgement.latency)
        }
        return rules == machine.rules ? nil : tell(.rulesChanged(rules), now: now)
    }

    private func tell(_ event: CanaryEvent, now: MonotonicInstant) -> CanaryDecision? {
        let decision = machine.handle(event, now: now)
        if let journal {
            journal.write(CanaryJournal.line(event, at: now - origin))
            if let decision { journal.write(CanaryJournal.line(decision)) }
        }
        published.store(Self.word(for: machine), ordering: .relaxed)
        guard let decision else { return nil }
        if decision.from != decision.to { collector.shareChanged() }
        if history.count == Self.longestHistory { history.removeFirst() }
        history.append((now, decision))
        return decision
    }

    private static func word(for machine: CanaryRolloutMachine) -> Int {
        machine.share.hundredths | (stateNames.firstIndex(of: machine.stateName) ?? 0) << 16
    }

    // MARK: Telling

    /// The rollout as lines, from which `CanaryRolloutMachine` can go on.
    package func stateLines(now: MonotonicInstant) -> [String] { machine.stateLines(now: now) }

    /// What people want to know, in lines.
    package func status(now: MonotonicInstant) -> [String] {
        let name = String(decoding: self.name, as: UTF8.self)
        let left = machine.deadline.map { ", \(max(0, ($0 - now).components.seconds)) s left" } ?? ""
        var lines = ["\(name): \(machine.stateName) at \(machine.share), \(place)\(left)", "  \(machine.sampleText) in this step"]
        lines.append("  \(machine.judge.numbers)")
        for (time, decision) in history { lines.append("  \((now - time).components.seconds) s ago: \(decision.description)") }
        return lines
    }

    private var place: String {
        switch machine.state {
        case .running(let step, _, _), .holding(let step, _): "step \(step + 1) of \(machine.rules.steps.count)"
        case .promoted: "all steps passed"
        case .rolledBack: "no step"
        }
    }
}
