import GatehouseWire

/// Decides who asks the name servers: remembers answers for as long as they hold, and lets one request ask where several wait.
///
/// The request that asks leads the lookup. When it gives up, its place goes to one that waits. Knows no socket, task or clock:
/// `NameResolver` performs what it returns.
///
///     (unknown) ── lookUp: lead ──▶ asking ── lookupEnded ──▶ known ── time passes ──▶ (unknown)
///                                     │ leaderLeft, nobody waits, or the answer must not be remembered ──▶ (unknown)
struct ResolverMachine: Sendable {
    typealias Instant = MonotonicInstant

    struct Rules: Equatable, Sendable {
        var serverCount: Int
        /// `valid=`: replaces the lifetime of answers.
        var valid: Duration?
        /// What to ask for where addresses are wanted: `ipv4=`, `ipv6=`.
        var types: [DNSRecordType]
    }

    struct WaiterID: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    enum Turn: Equatable {
        case answer(DatedAnswer)
        /// Ask the servers and report what came of it.
        case lead(LookupMachine)
        /// Somebody asks already.
        case wait(WaiterID)
    }

    private enum Entry {
        /// One request asks, these wait. Becomes `known` or vanishes.
        case asking([WaiterID])
        /// Vanishes, or becomes `asking` when it no longer holds.
        case known(DatedAnswer, until: Instant, lastUsed: Instant)
    }

    /// An answer that nobody wanted for so long is forgotten, as in nginx.
    static let idleLimit = Duration.seconds(30)
    /// Names are often a client's choice: more than these are not remembered.
    static let mostEntries = 4096
    /// What does not exist is remembered no longer than this, where `valid=` says nothing. (nginx does not remember it at all.)
    static let longestNegativeLifetime = Duration.seconds(10)

    private let rules: Rules
    private var entries: [ResolverQuestion: Entry] = [:]
    private var nextServer = 0
    private var nextWaiter: UInt64 = 0

    init(_ rules: Rules) {
        self.rules = rules
    }

    /// A request wants to know.
    mutating func lookUp(_ question: ResolverQuestion, now: Instant, using random: inout some RandomNumberGenerator) -> Turn {
        switch entries[question] {
        case .known(let answer, let until, _) where now < until:
            entries[question] = .known(answer, until: until, lastUsed: now)
            return .answer(answer)
        case .asking(let waiters):
            let waiter = WaiterID(number: nextWaiter)
            nextWaiter += 1
            entries[question] = .asking(waiters + [waiter])
            return .wait(waiter)
        case .known, nil:
            if entries.count >= Self.mostEntries { forgetIdle(now: now) }
            entries[question] = .asking([])
            return .lead(makeLookup(question, using: &random))
        }
    }

    /// A lookup for a request that leads: each begins with the next server.
    mutating func makeLookup(_ question: ResolverQuestion, using random: inout some RandomNumberGenerator) -> LookupMachine {
        defer { nextServer = (nextServer + 1) % rules.serverCount }
        let types = question.kind == .services ? [.srv] : rules.types
        return LookupMachine(question.name, types: types, server: nextServer, of: rules.serverCount, using: &random)
    }

    /// The leader has an answer, which is returned with its date, beside those that wait for it.
    mutating func lookupEnded(
        _ question: ResolverQuestion, _ completion: LookupMachine.Completion, now: Instant
    ) -> (answer: DatedAnswer, waiters: [WaiterID]) {
        let until = lifetime(of: completion).map { now + $0 }
        let answer = DatedAnswer(answer: completion.answer, until: until)
        guard case .asking(let waiters) = entries[question] else { return (answer, []) }
        if let until, now < until {
            entries[question] = .known(answer, until: until, lastUsed: now)
        } else {
            entries[question] = nil
        }
        return (answer, waiters)
    }

    /// The leader gave up. Returns the request that has to lead now; nil when nobody waits.
    mutating func leaderLeft(_ question: ResolverQuestion) -> WaiterID? {
        guard case .asking(var waiters) = entries[question] else { return nil }
        if waiters.isEmpty {
            entries[question] = nil
            return nil
        }
        let next = waiters.removeFirst()
        entries[question] = .asking(waiters)
        return next
    }

    /// A request that waited gave up.
    mutating func waiterLeft(_ question: ResolverQuestion, _ waiter: WaiterID) {
        guard case .asking(let waiters) = entries[question] else { return }
        entries[question] = .asking(waiters.filter { $0 != waiter })
    }

    private func lifetime(of completion: LookupMachine.Completion) -> Duration? {
        guard let lifetime = completion.lifetime else { return nil }
        switch completion.answer {
        case .found, .services, .alias: return rules.valid ?? lifetime
        case .failed: return min(lifetime, rules.valid ?? Self.longestNegativeLifetime)
        }
    }

    /// Makes room: forgets what is idle, or all answers where everything is fresh. Lookups under way stay.
    private mutating func forgetIdle(now: Instant) {
        let kept = entries.filter { entry in
            switch entry.value {
            case .asking: true
            case .known(_, let until, let lastUsed): now < until && now < lastUsed + Self.idleLimit
            }
        }
        guard kept.count >= Self.mostEntries / 2 else {
            entries = kept
            return
        }
        entries = kept.filter { entry in
            if case .asking = entry.value { true } else { false }
        }
    }
}
