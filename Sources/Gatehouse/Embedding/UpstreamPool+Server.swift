import GatehousePolicy
import GatehouseRuntime

extension UpstreamPool {
    /// One server of a group: the parameters of nginx's `server` line. A text alone is a server with all the defaults.
    public struct Server: Sendable, Equatable, ExpressibleByStringLiteral {
        /// What the server is called: what ``UpstreamPool/Lease/name`` says, usually `host:port`. Unique in its group. Consistent hashing places
        /// the server by it.
        public var name: String
        /// Its share of the requests, at least 1.
        public var weight: Int
        /// Requests it may have at once (`max_conns`); 0 sets no limit.
        public var maxConnections: Int
        /// Failures within ``failTimeout`` after which it rests (`max_fails`); 0 never lets it rest.
        public var maxFails: Int
        /// How long failures are counted, and how long the server then rests (`fail_timeout`).
        public var failTimeout: Duration
        /// How long it takes to come back to its share after it was away (`slow_start`); zero: at once.
        public var slowStart: Duration
        /// Used only when no other server can be (`backup`).
        public var isBackup: Bool
        /// Not used until ``UpstreamPool/bringUp(_:)`` (`down`).
        public var isDown: Bool
        /// What binds requests to this server (`route`): see `boundTo` of ``UpstreamPool/withUpstream(for:boundTo:tries:_:)``.
        public var route: String

        /// A server; the defaults are nginx's.
        public init(
            _ name: String, weight: Int = 1, maxConnections: Int = 0, maxFails: Int = 1, failTimeout: Duration = .seconds(10),
            slowStart: Duration = .zero, isBackup: Bool = false, isDown: Bool = false, route: String = ""
        ) {
            self.name = name
            self.weight = weight
            self.maxConnections = maxConnections
            self.maxFails = maxFails
            self.failTimeout = failTimeout
            self.slowStart = slowStart
            self.isBackup = isBackup
            self.isDown = isDown
            self.route = route
        }

        /// A server with all the defaults.
        public init(stringLiteral name: String) { self.init(name) }

        var spec: PeerSpec {
            PeerSpec(
                name: name, weight: max(1, weight), maxConnections: max(0, maxConnections), maxFails: max(0, maxFails),
                failTimeout: failTimeout, isBackup: isBackup, isDown: isDown, slowStart: slowStart, stickyID: Array(route.utf8))
        }

        /// The address is only shown, never connected to: whoever embeds a group connects by the name.
        var internalServer: UpstreamServer {
            UpstreamServer(address: SocketAddress(parsing: Array(name.utf8)) ?? .unix(path: name), spec: spec)
        }
    }
}
