import GatehouseConfig
import GatehousePolicy
import Testing

@Suite struct LimitDirectivesTests {
    static let zones = "limit_conn_zone $remote_addr zone=c:1m; limit_bandwidth_zone $remote_user zone=b:64k rate=2m burst=10k;"

    @Test func `zones have a key, room and a rate, and may come after what names them`() throws {
        let configuration = try http("server { limit_conn c 5; limit_bandwidth b; } \(Self.zones)")
        #expect(configuration.connectionZones.map(\.capacity) == [16384])
        #expect(configuration.connectionZones.map(\.key.source) == ["$remote_addr"])
        #expect(configuration.bandwidthZones.map(\.rate) == [TokenBucket.Rate(bytes: 2 << 20, burst: 10 << 10)])
        let limits = configuration.servers[0].root.settings.limits
        #expect(limits.connections.elements.map(\.limit) == [5])
        #expect(limits.bandwidths.elements == [0])
        #expect(limits.connectionsStatus == 503)
    }

    @Test func `an inner level replaces what it would inherit`() throws {
        let more = "limit_conn_zone $server_name zone=d:32k;"
        let settings = try location(
            "limit_conn d 7; limit_conn_status 429; limit_conn_dry_run on; limit_conn_log_level warn;", server: "limit_conn c 1;",
            http: Self.zones + more)
        #expect(settings.limits.connections.elements.map(\.limit) == [7])
        #expect(settings.limits.connectionsStatus == 429)
        #expect(settings.limits.isConnectionsDryRun)
        #expect(settings.limits.connectionsLogLevel == .warn)
    }

    @Test func `a burst is a quarter of a second's worth unless it is given`() throws {
        let configuration = try http("limit_bandwidth_zone $remote_addr zone=b:64k rate=400k; server { }")
        #expect(configuration.bandwidthZones.map(\.rate.burst) == [100 << 10])
    }

    @Test(arguments: [
        ("limit_conn_zone $a_ zone=c:1k;", #"zone "c" is too small"#), ("limit_conn_zone $uri zone=c;", #"invalid zone size "c""#),
        ("limit_conn_zone $uri area=c:1m;", #"invalid parameter "area=c:1m""#),
        ("limit_conn_zone $uri zone=c:1m; limit_conn_zone $uri zone=c:1m;", #"duplicate zone "c""#),
        ("server { limit_conn c 1; }", #"zero size shared memory zone "c""#),
        ("limit_conn_zone $uri zone=c:1m; server { limit_conn c 0; }", #"invalid number of connections "0""#),
        ("limit_conn_zone $uri zone=c:1m; server { limit_conn c 70000; }", "connection limit must be less 65536"),
        ("limit_conn_zone $uri zone=c:1m; server { limit_conn c 1; limit_conn c 2; }", #""limit_conn" is duplicate for zone "c""#),
        ("server { limit_conn_status 200; }", "value must be between 400 and 599"),
        ("limit_bandwidth_zone $uri zone=b:1m rate=0;", #""limit_bandwidth_zone" must have a "rate" above 0"#),
        ("limit_bandwidth_zone $uri zone=b:1m burst=1k;", #""limit_bandwidth_zone" must have a "rate" above 0"#),
        ("limit_bandwidth_zone $uri rate=1k burst=1k;", #""limit_bandwidth_zone" must have "zone" parameter"#),
        ("limit_bandwidth_zone $uri zone=b:1m rate=fast;", #"invalid parameter "rate=fast""#),
        ("server { limit_bandwidth b; }", #"zero size shared memory zone "b""#),
    ])
    func `a mistake is named`(configuration: String, message: String) {
        #expect(messages("server { } " + configuration).contains(message))
    }
}
