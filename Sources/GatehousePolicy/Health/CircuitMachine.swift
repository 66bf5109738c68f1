/// `limits` of a group: what may be under way at once. 0 sets no limit.
package struct CircuitLimits: Sendable, Equatable {
    /// Requests that have a peer.
    package var connections: Int
    /// Requests that wait because `connections` are reached.
    package var pending: Int
    /// Attempts that repeat a request at another peer.
    package var retries: Int

    package init(connections: Int = 0, pending: Int = 0, retries: Int = 0) {
        self.connections = connections
        self.pending = pending
        self.retries = retries
    }
}

/// `retry_budget`: how many attempts under way may be repetitions, as a share of all, so that a group in trouble is not given several
/// times its load.
package struct RetryBudgetRules: Sendable, Equatable {
    /// In percent of the requests under way.
    package var share: Int
    /// So many are always allowed.
    package var minimum: Int

    package init(share: Int = 20, minimum: Int = 3) {
        self.share = share
        self.minimum = minimum
    }

    /// Whether another repetition may start beside `retries` of `live` requests.
    func allows(retries: Int, live: Int) -> Bool { retries < max(minimum, live * share / 100) }
}

/// Counts what is under way in a group and decides what may come in addition. The caller keeps those that wait.
package struct CircuitMachine: Sendable {
    package enum Refusal: Sendable, Equatable {
        /// The answer is 503.
        case connections
        /// These two refuse an attempt that repeats a request: it is answered with the failure it had.
        case retries
        case retryBudget
    }

    package enum Admission: Sendable, Equatable {
        case admit
        /// The request may wait until `canAdmit`.
        case wait
        case refuse(Refusal)
    }

    private let limits: CircuitLimits
    private let budget: RetryBudgetRules?
    package private(set) var connections = 0
    package private(set) var retries = 0
    /// Requests that were refused since the start, for status pages.
    package private(set) var refusals = 0

    package init(limits: CircuitLimits = CircuitLimits(), budget: RetryBudgetRules? = nil) {
        self.limits = limits
        self.budget = budget
    }

    /// Whether one more request may have a peer now.
    package var canAdmit: Bool { limits.connections == 0 || connections < limits.connections }

    /// An attempt asks for a peer. Nothing is counted before `started`.
    /// - Parameter waiting: how many requests wait already.
    package mutating func requestArrived(isRetry: Bool, waiting: Int) -> Admission {
        if isRetry, let refusal = refusalOfRetry {
            refusals += 1
            return .refuse(refusal)
        }
        if canAdmit { return .admit }
        if waiting < limits.pending { return .wait }
        refusals += 1
        return .refuse(.connections)
    }

    /// The attempt got a peer.
    package mutating func started(isRetry: Bool) {
        connections += 1
        if isRetry { retries += 1 }
    }

    /// The attempt is through with its peer.
    package mutating func ended(isRetry: Bool) {
        connections = max(0, connections - 1)
        if isRetry { retries = max(0, retries - 1) }
    }

    private var refusalOfRetry: Refusal? {
        if limits.retries > 0 && retries >= limits.retries { return .retries }
        // The attempt that asks has given its lease back, and is one of the live ones all the same.
        if let budget, !budget.allows(retries: retries, live: connections + 1) { return .retryBudget }
        return nil
    }
}
