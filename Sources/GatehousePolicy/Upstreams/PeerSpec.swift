/// What the configuration says about one peer: the parameters of nginx's `server` directive in `upstream`.
package struct PeerSpec: Sendable, Equatable {
    /// The address as it was written (`10.0.1.10:3000`, `unix:/run/app.sock`). Consistent hashing places the peer by it, and
    /// peers that come from one name share a place.
    package var name: String
    /// Share of the requests, at least 1.
    package var weight: Int
    /// Requests this peer may have at once; 0 sets no limit.
    package var maxConnections: Int
    /// Failures within `failTimeout` after which the peer rests; 0 never lets it rest.
    package var maxFails: Int
    /// How long failures are counted, and how long the peer then rests.
    package var failTimeout: Duration
    /// Used only when no primary peer can be.
    package var isBackup: Bool
    /// Never used.
    package var isDown: Bool
    /// `slow_start`: how long the peer takes to come back to its share after it was away; zero: at once. Methods that choose by a key or
    /// at random ignore it, as does a group of one.
    package var slowStart: Duration
    /// `drain`: used only by requests that are bound to it.
    package var isDraining: Bool
    /// What binds requests to this peer: `route`, or what the caller computes of its address. Empty: nothing does.
    package var stickyID: [UInt8]

    package init(
        name: String = "", weight: Int = 1, maxConnections: Int = 0, maxFails: Int = 1,
        failTimeout: Duration = .seconds(10), isBackup: Bool = false, isDown: Bool = false, slowStart: Duration = .zero,
        isDraining: Bool = false, stickyID: [UInt8] = []
    ) {
        self.name = name
        self.weight = weight
        self.maxConnections = maxConnections
        self.maxFails = maxFails
        self.failTimeout = failTimeout
        self.isBackup = isBackup
        self.isDown = isDown
        self.slowStart = slowStart
        self.isDraining = isDraining
        self.stickyID = stickyID
    }
}
