import GatehouseWire

/// Which connections are kept for another exchange: `keepalive_requests`, `keepalive_time` and `keepalive_timeout`, of a client or
/// of an upstream group.
package struct KeepaliveRules: Sendable, Equatable {
    /// Exchanges one connection carries; 0 keeps none.
    package var requests: Int
    /// Age above which a connection is not kept.
    package var time: Duration
    /// How long it may wait for the next exchange; zero closes at once.
    package var timeout: Duration

    package init(requests: Int = 1000, time: Duration = .seconds(3600), timeout: Duration = .seconds(60)) {
        self.requests = requests
        self.time = time
        self.timeout = timeout
    }

    /// What happened on a connection by the end of an exchange.
    package struct Exchange: Sendable, Equatable {
        /// Exchanges it has carried, this one included.
        package var requests: Int
        package var openedAt: MonotonicInstant
        /// Both messages ended where their framing says, and both sides' heads let the connection persist.
        package var endedCleanly: Bool
        /// Bytes came after the response; of a client these are the next request.
        package var hasExcessBytes: Bool
        package var isDraining: Bool

        package init(
            requests: Int, openedAt: MonotonicInstant, endedCleanly: Bool, hasExcessBytes: Bool = false,
            isDraining: Bool = false
        ) {
            self.requests = requests
            self.openedAt = openedAt
            self.endedCleanly = endedCleanly
            self.hasExcessBytes = hasExcessBytes
            self.isDraining = isDraining
        }
    }

    /// Whether an upstream's connection may carry another exchange.
    package func keepsUpstream(after exchange: Exchange, now: MonotonicInstant) -> Bool {
        !exchange.hasExcessBytes && keepsClient(after: exchange, now: now)
    }

    /// Whether a client's connection may carry another exchange.
    package func keepsClient(after exchange: Exchange, now: MonotonicInstant) -> Bool {
        exchange.endedCleanly && !exchange.isDraining && timeout > .zero && exchange.requests < requests
            && now - exchange.openedAt <= time
    }
}
