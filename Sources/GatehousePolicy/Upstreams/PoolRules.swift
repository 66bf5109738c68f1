/// How a group as a whole behaves: what an `upstream` block says beside its servers.
package struct PoolRules: Sendable, Equatable {
    package var method: BalancingMethod
    /// `nil`: a request that finds no peer is answered at once.
    package var queue: QueueRules?
    /// `nil`: nobody is left out for being worse than the others.
    package var outliers: OutlierRules?
    package var limits: CircuitLimits?
    package var retryBudget: RetryBudgetRules?

    package init(
        method: BalancingMethod = .roundRobin, queue: QueueRules? = nil, outliers: OutlierRules? = nil, limits: CircuitLimits? = nil,
        retryBudget: RetryBudgetRules? = nil
    ) {
        self.method = method
        self.queue = queue
        self.outliers = outliers
        self.limits = limits
        self.retryBudget = retryBudget
    }
}

/// `queue N [timeout=TIME]`: how many requests may wait for a peer, and how long.
package struct QueueRules: Sendable, Equatable {
    package var capacity: Int
    /// Kept by the caller, who tells the machine when a waiter has left.
    package var timeout: Duration

    package init(capacity: Int, timeout: Duration = .seconds(60)) {
        self.capacity = capacity
        self.timeout = timeout
    }
}
