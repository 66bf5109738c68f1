import GatehousePolicy

extension UpstreamPool {
    /// What a server is fit for, in NGINX Plus's words.
    public enum State: Sendable, Equatable {
        /// It is used.
        case up
        /// Only requests that are bound to it get it.
        case draining
        /// Taken out by hand.
        case down
        /// It rests after `maxFails` failures.
        case unavailable
        /// A mandatory first check is awaited.
        case checking
        /// Active checks failed.
        case unhealthy

        init(_ state: PeerSnapshot.State) {
            switch state {
            case .up: self = .up
            case .draining: self = .draining
            case .down: self = .down
            case .unavailable: self = .unavailable
            case .checking: self = .checking
            case .unhealthy: self = .unhealthy
            }
        }
    }

    /// One server as a status page shows it.
    public struct ServerStatus: Sendable, Equatable {
        /// As it was given to the group.
        public let name: String
        /// What it is fit for now.
        public let state: State
        /// Used only when no other server can be.
        public let isBackup: Bool
        /// It has as many requests as it may.
        public let isBusy: Bool
        /// As it was given to the group.
        public let weight: Int
        /// Requests it has now.
        public let active: Int
        /// Requests given to it since it joined.
        public let requests: Int
        /// How many of them failed.
        public let failures: Int
        /// Moving average of the time to the head of a response.
        public let headerTime: Duration
        /// Moving average of the time to the end of a response.
        public let responseTime: Duration

        init(_ snapshot: PeerSnapshot) {
            name = snapshot.name
            state = State(snapshot.state)
            isBackup = snapshot.isBackup
            isBusy = snapshot.isBusy
            weight = snapshot.weight
            active = snapshot.active
            requests = snapshot.leases
            failures = snapshot.failures
            headerTime = snapshot.headerTime
            responseTime = snapshot.responseTime
        }
    }

    /// Every server of the group as it is now.
    public var status: [ServerStatus] { snapshots(now: clock.now()).map { ServerStatus($0.snapshot) } }
}
