import GatehousePolicy

/// `limit_conn` as nginx has it, and `limit_bandwidth`: a rate for all that goes over the connections of one key together.
enum LimitDirectives {
    private static let places: DirectiveContexts = [.http, .server, .location]

    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "limit_conn_zone", .http, .exactly(2), repeats: true, "Counts requests and tunnels of each value of a key: KEY zone=NAME:SIZE.",
            read: connectionZone),
        DirectiveRow("limit_conn", places, .exactly(2), repeats: true, "So many at once for each key of a zone.", read: connections),
        DirectiveRow("limit_conn_status", places, .exactly(1), default: "503", "The status of what is refused.") { reader in
            reader.scope.location.limits.connectionsStatus = try reader.integer(0, in: 400...599)
        },
        DirectiveRow("limit_conn_log_level", places, .exactly(1), default: "error", "How grave a refusal is.") { reader in
            let levels: KeyValuePairs<String, LogLevel> = ["info": .info, "notice": .notice, "warn": .warn, "error": .error]
            reader.scope.location.limits.connectionsLogLevel = try reader.option(0, levels)
        },
        .flag(
            "limit_conn_dry_run", places, location: \.limits.isConnectionsDryRun, default: "off", "Counts and logs, and refuses nothing."),
        DirectiveRow(
            "limit_bandwidth_zone", .http, .between(3, 4), repeats: true,
            "A rate that all connections of each value of a key share: KEY zone=NAME:SIZE rate=BYTES [burst=BYTES].", read: bandwidthZone),
        DirectiveRow(
            "limit_bandwidth", places, .exactly(1), repeats: true, "Answers to clients, and tunnels both ways, keep to the rate of a zone."
        ) { reader in
            let zone = reader.scope.http.bandwidthZones.number(of: reader.string(0), usedIn: reader.argument(0))
            reader.scope.location.limits.bandwidths.append(zone, level: reader.depth)
        },
    ]

    private static func connections(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let zone = reader.scope.http.connectionZones.number(of: reader.string(0), usedIn: reader.argument(0))
        if reader.scope.location.limits.connections.elements.contains(where: { $0.zone == zone }), !reader.isFirstInBlock {
            throw reader.fail("\"limit_conn\" is duplicate for zone \"\(reader.string(0))\"", at: 0)
        }
        guard let limit = Quantity.integer(reader.bytes(1)), limit > 0 else {
            throw reader.fail("invalid number of connections \"\(reader.string(1))\"", at: 1)
        }
        if limit > 65535 { throw reader.fail("connection limit must be less 65536", at: 1) }
        reader.scope.location.limits.connections.append(LimitSettings.Connections(zone: zone, limit: limit), level: reader.depth)
    }

    private static func connectionZone(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let key = try reader.template(0)
        let (name, capacity) = try zone(reader, at: 1)
        let settings = ConnectionZoneSettings(name: name, key: key, capacity: capacity)
        guard reader.scope.http.connectionZones.declare(settings, by: reader.argument(1)) else { throw duplicate(name, reader) }
    }

    private static func bandwidthZone(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let key = try reader.template(0)
        var place: (name: String, capacity: Int)?
        var rate: Int?
        var burst: Int?
        for index in 1..<reader.count {
            switch reader.keyValue(index) {
            case ("zone", _): place = try zone(reader, at: index)
            case ("rate", let value?): rate = try size(value, reader, at: index)
            case ("burst", let value?): burst = try size(value, reader, at: index)
            default: throw reader.fail("invalid parameter \"\(reader.string(index))\"", at: index)
            }
        }
        guard let place else { throw reader.fail("\"limit_bandwidth_zone\" must have \"zone\" parameter") }
        guard let rate, rate > 0 else { throw reader.fail("\"limit_bandwidth_zone\" must have a \"rate\" above 0") }
        // A quarter of a second's worth may go ahead of its time, as with limit_rate.
        let settings = BandwidthZoneSettings(
            name: place.name, key: key, capacity: place.capacity, rate: TokenBucket.Rate(bytes: rate, burst: burst ?? rate / 4))
        guard reader.scope.http.bandwidthZones.declare(settings, by: reader.argument(1)) else { throw duplicate(place.name, reader) }
    }

    // MARK: Arguments

    /// `zone=NAME:SIZE`; a key takes 64 bytes, as nginx counts.
    private static func zone(_ reader: DirectiveReader, at index: Int) throws(ConfigurationError) -> (name: String, capacity: Int) {
        guard case ("zone", let value?) = reader.keyValue(index) else {
            throw reader.fail("invalid parameter \"\(reader.string(index))\"", at: index)
        }
        let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, let size = Quantity.size(Array(parts[1].utf8), allowsGiga: false) else {
            throw reader.fail("invalid zone size \"\(value)\"", at: index)
        }
        if size < 32768 { throw reader.fail("zone \"\(parts[0])\" is too small", at: index) }
        return (String(parts[0]), size / 64)
    }

    private static func size(_ value: String, _ reader: DirectiveReader, at index: Int) throws(ConfigurationError) -> Int {
        guard let size = Quantity.size(Array(value.utf8), allowsGiga: false) else {
            throw reader.fail("invalid parameter \"\(reader.string(index))\"", at: index)
        }
        return size
    }

    private static func duplicate(_ name: String, _ reader: DirectiveReader) -> ConfigurationError {
        reader.fail("duplicate zone \"\(name)\"", at: 1)
    }
}
