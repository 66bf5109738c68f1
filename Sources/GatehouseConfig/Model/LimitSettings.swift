import GatehousePolicy

/// What a level says about `limit_conn` and `limit_bandwidth`.
package struct LimitSettings: Sendable {
    package struct Connections: Sendable {
        /// Counts into `HTTPConfiguration.connectionZones`.
        package var zone: Int
        package var limit: Int
    }

    package var connections = LevelList<Connections>()
    package var connectionsStatus = 503
    package var connectionsLogLevel: LogLevel = .error
    package var isConnectionsDryRun = false
    /// Counts into `HTTPConfiguration.bandwidthZones`.
    package var bandwidths = LevelList<Int>()

    package init() {}
}

/// A zone that keeps something for each value of a key.
package protocol LimitZoneSettings: Sendable {
    var name: String { get }
}

/// `limit_conn_zone`
package struct ConnectionZoneSettings: LimitZoneSettings {
    package var name: String
    package var key: Template
    /// Keys it has room for.
    package var capacity: Int
}

/// `limit_bandwidth_zone`
package struct BandwidthZoneSettings: LimitZoneSettings {
    package var name: String
    package var key: Template
    package var capacity: Int
    package var rate: TokenBucket.Rate
}
