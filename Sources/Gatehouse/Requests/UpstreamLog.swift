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
    /// `$proxy_host`, `$proxy_port` of the last target.
    package var proxyHost: [UInt8] = []
    package var proxyPort = 0

    package init() {}

    package mutating func reset() {
        if !attempts.isEmpty { attempts.removeAll(keepingCapacity: true) }
        hasHead = false
        startsNewGroup = false
        if trailers.count > 0 { trailers.removeAll() }
    }

    package mutating func begin(_ address: [UInt8]) {
        var attempt = Attempt(address: address)
        attempt.startsNewGroup = startsNewGroup
        startsNewGroup = false
        attempts.append(attempt)
    }

    /// Changes the attempt under way.
    package mutating func update(_ change: (inout Attempt) -> Void) {
        guard !attempts.isEmpty else { return }
        change(&attempts[attempts.count - 1])
    }
}
