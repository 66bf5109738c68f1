import GatehousePolicy

extension UpstreamPool {
    /// How a group behaves as a whole, beside its method. What is `nil` does nothing.
    public struct Rules: Sendable, Equatable {
        /// How many requests may wait for a server that is only busy; `nil`: they are refused at once.
        public var queue: Queue?
        /// How much may be under way at once.
        public var limits: Limits?
        /// How many of the attempts under way may be repetitions.
        public var retryBudget: RetryBudget?
        /// Who is left out for being worse than the others.
        public var outlierEjection: OutlierEjection?

        /// Rules; the defaults are those of an `upstream` block that says nothing.
        public init(
            queue: Queue? = nil, limits: Limits? = nil, retryBudget: RetryBudget? = nil, outlierEjection: OutlierEjection? = nil
        ) {
            self.queue = queue
            self.limits = limits
            self.retryBudget = retryBudget
            self.outlierEjection = outlierEjection
        }

        func poolRules(_ method: Method) -> PoolRules {
            PoolRules(
                method: method.balancing, queue: queue.map { QueueRules(capacity: max(0, $0.capacity), timeout: $0.timeout) },
                outliers: outlierEjection?.rules, limits: limits?.limits,
                retryBudget: retryBudget.map { RetryBudgetRules(share: $0.share, minimum: $0.minimum) })
        }
    }
}

extension UpstreamPool.Rules {
    /// `queue`: how many requests may wait for a server that is only busy, and how long.
    public struct Queue: Sendable, Equatable {
        /// More than these are refused with ``UpstreamError/queueFull``.
        public var capacity: Int
        /// After this a request is refused with ``UpstreamError/timedOut``; on the clock of the pool.
        public var timeout: Duration

        /// A queue of so many requests.
        public init(_ capacity: Int, timeout: Duration = .seconds(60)) {
            self.capacity = capacity
            self.timeout = timeout
        }
    }

    /// `limits`: what may be under way at once in the whole group. More is refused with ``UpstreamError/overloaded``. 0 sets no limit.
    public struct Limits: Sendable, Equatable {
        /// Requests that have a server.
        public var connections: Int
        /// Requests that wait because ``connections`` are reached.
        public var pending: Int
        /// Attempts that repeat a request at another server.
        public var retries: Int

        /// Limits; by default there are none.
        public init(connections: Int = 0, pending: Int = 0, retries: Int = 0) {
            self.connections = connections
            self.pending = pending
            self.retries = retries
        }

        var limits: CircuitLimits { CircuitLimits(connections: max(0, connections), pending: max(0, pending), retries: max(0, retries)) }
    }

    /// `retry_budget`: how many attempts under way may be repetitions, so that a group in trouble is not given several times its load.
    public struct RetryBudget: Sendable, Equatable {
        /// In percent of the requests under way.
        public var share: Int
        /// So many are always allowed.
        public var minimum: Int

        /// A budget.
        public init(share: Int = 20, minimum: Int = 3) {
            self.share = share
            self.minimum = minimum
        }
    }

    /// `outlier_ejection`: when a server that is worse than the rest of its group is left out for a while.
    public struct OutlierEjection: Sendable, Equatable {
        /// Share of failed requests, in percent, from which a server is left out, if it is also twice that of the others; 0 looks at no
        /// errors.
        public var errors: Int
        /// How many times the group's median response time a server's has to be, in percent; 0 looks at no times.
        public var slow: Int
        /// Requests within ``window`` without which nothing is concluded.
        public var minimum: Int
        /// Share of the servers that may be left out at once, in percent. One always may, all never.
        public var mostEjected: Int
        /// What counts is this long ago at most.
        public var window: Duration
        /// How long the first ejection is; each further one is twice as long, up to ten times this.
        public var time: Duration

        /// Rules; the defaults are those of the directive.
        public init(
            errors: Int = 50, slow: Int = 0, minimum: Int = 20, mostEjected: Int = 30, window: Duration = .seconds(10),
            time: Duration = .seconds(30)
        ) {
            self.errors = errors
            self.slow = slow
            self.minimum = minimum
            self.mostEjected = mostEjected
            self.window = window
            self.time = time
        }

        var rules: OutlierRules {
            OutlierRules(errors: errors, slow: slow, minimum: minimum, mostEjected: mostEjected, window: window, time: time)
        }
    }
}
