import GatehouseConfig

/// The places that one request holds in `limit_conn` zones.
package struct HeldConnections {
    /// `$limit_conn_status`
    package enum Outcome: String { case passed = "PASSED", rejected = "REJECTED", rejectedDryRun = "REJECTED_DRY_RUN" }

    var outcome: Outcome?
    private var places: [(zone: ConnectionZone, key: [UInt8])] = []

    mutating func hold(_ zone: ConnectionZone, _ key: [UInt8]) { places.append((zone, key)) }

    mutating func letGo() {
        for place in places { place.zone.leave(place.key) }
        places = []
    }
}
