/// How a request went at its peer, told once when it is through with it.
package struct LeaseReport: Sendable, Equatable {
    package var outcome: PoolMachine.LeaseOutcome
    /// From the start of the attempt to the head of the response; `nil`: no head came. With `least_time header inflight` this says also
    /// that `PoolMachine.headerReceived` was told.
    package var headerTime: Duration?
    /// From the start of the attempt to its end; `nil`: unknown.
    package var lastByteTime: Duration?
    /// The status of the response; 0: none came.
    package var status: Int
    /// The request had been sent to another peer before: `lease` excluded some.
    package var isRetry: Bool

    @inlinable package init(
        _ outcome: PoolMachine.LeaseOutcome, headerTime: Duration? = nil, lastByteTime: Duration? = nil, status: Int = 0,
        isRetry: Bool = false
    ) {
        self.outcome = outcome
        self.headerTime = headerTime
        self.lastByteTime = lastByteTime
        self.status = status
        self.isRetry = isRetry
    }
}
