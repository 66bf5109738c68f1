import GatehousePolicy
import GatehouseWire

/// What happened at the upstreams of one request, for `$upstream_*` and the logs.
package struct UpstreamLog {
    /// One peer asked.
    package struct Attempt {
        package var address: [UInt8]
        package var status = 0
        package var connectTime: Duration?
        package var headerTime: Duration?
        package var responseTime: Duration?
        package var responseLength = 0
        package var bytesReceived = 0
        package var bytesSent = 0
        /// First attempt after an internal redirect: separated by a colon instead of a comma.
        package var startsNewGroup = false

        package init(address: [UInt8]) { self.address = address }
    }

    package var attempts: [Attempt] = []
    /// Head of the last response received, with every field the upstream sent.
    package var head = ResponseHead()
    package var trailers = HeaderFields()
    package var hasHead = false
    package var startsNewGroup = false
    /// The last target of `proxy_pass`.
    package var destination: ProxyDestination?

    package init() {}

    package mutating func reset() {
        attempts.empty()
        hasHead = false
        startsNewGroup = false
        destination = nil
        trailers.removeAll()
    }

    package mutating func begin(_ address: [UInt8]) {
        var attempt = Attempt(address: address)
        attempt.startsNewGroup = startsNewGroup
        startsNewGroup = false
        attempts.append(attempt)
    }

    /// How the last attempt went, for the pool.
    /// - Parameter isRetry: the request was sent to another peer of the group before.
    @inline(__always) package func report(_ outcome: PoolMachine.LeaseOutcome, isRetry: Bool = false) -> LeaseReport {
        guard let attempt = attempts.last else { return LeaseReport(outcome) }
        return LeaseReport(
            outcome, headerTime: attempt.headerTime, lastByteTime: attempt.responseTime,
            status: attempt.headerTime == nil ? 0 : attempt.status, isRetry: isRetry)
    }

    /// Changes the attempt under way.
    package mutating func update(_ change: (inout Attempt) -> Void) {
        guard !attempts.isEmpty else { return }
        change(&attempts[attempts.count - 1])
    }
}
