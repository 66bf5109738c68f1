/// Where one request waits for the lookup of another.
typealias LookupWaiter = Waiter<LookupWaitOutcome>

enum LookupWaitOutcome: Sendable {
    case answer(DatedAnswer)
    /// The request that asked gave up: go on with this.
    case lead(LookupMachine)
    /// `resolver_timeout` has passed, or the request is cancelled.
    case gaveUp
}
