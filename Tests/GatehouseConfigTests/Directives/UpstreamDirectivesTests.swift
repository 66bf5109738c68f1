import GatehouseConfig
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct UpstreamDirectivesTests {
    private func group(_ directives: String) throws -> UpstreamSettings { try http("upstream u { \(directives) }").upstreams[0] }

    @Test(arguments: [
        ("", BalancingMethod.roundRobin), ("least_conn;", .leastConnections), ("ip_hash;", .ipHash),
        ("hash $uri;", .hash(consistent: false)),
        ("hash $uri consistent;", .hash(consistent: true)), ("random;", .random(two: .off)),
        ("random two least_conn;", .random(two: .leastConnections)),
        ("random two least_time=header;", .random(two: .leastTime(.header(inflight: false)))),
        ("random two least_time=last_byte;", .random(two: .leastTime(.lastByte(inflight: false)))),
        ("least_time header;", .leastTime(.header(inflight: false))), ("least_time last_byte;", .leastTime(.lastByte(inflight: false))),
        ("least_time header inflight;", .leastTime(.header(inflight: true))),
    ])
    func `a directive names the method`(directive: String, method: BalancingMethod) throws {
        #expect(try group("\(directive) server a;").method == method)
    }

    @Test func `keeping connections has four settings`() throws {
        let group = try group(
            "server a; keepalive 5 local; keepalive_requests 6; keepalive_time 7m; keepalive_timeout 8s; zone z 64k; resolver 127.0.0.1;")
        #expect(group.keepalive == 5 && group.keepaliveRequests == 6)
        #expect(group.keepaliveTime == .seconds(420) && group.keepaliveTimeout == .seconds(8))
        #expect(group.zone == "z")
        #expect(group.resolver?.servers == [.ip(.v4(0x7f00_0001), port: 53)])
        #expect(try self.group("server a;").keepalive == 32)
    }

    @Test(arguments: [("queue 5;", Duration.seconds(60)), ("queue 5 timeout=1500ms;", .milliseconds(1500))])
    func `requests may wait in a queue`(directive: String, timeout: Duration) throws {
        let queue = try group("server a; \(directive)").queue
        #expect(queue?.capacity == 5 && queue?.timeout == timeout)
    }

    @Test(arguments: [
        ("upstream u { server a; queue 0; }", #"invalid value "0" in "queue" directive"#),
        ("upstream u { server a; queue 1 timeout=x; }", #"invalid parameter "timeout=x""#),
        ("upstream u { }", "no servers are inside upstream"),
        ("upstream u { server a; } upstream U { server a; }", #"duplicate upstream "U""#),
        ("upstream u { ip_hash; server a backup; }", #"balancing method does not support parameter "backup""#),
        ("upstream u { server a weight=x; }", #"invalid parameter "weight=x""#),
        ("upstream u { server a; zone z 1k; }", #"zone "z" is too small"#),
        ("upstream u { server a; keepalive x; }", #"invalid value "x" in "keepalive" directive"#),
        ("upstream u { least_time first; server a; }", #"invalid value "first""#),
        ("upstream u { least_time header outflight; server a; }", #"invalid parameter "outflight""#),
        ("upstream u { random two least_time; server a; }", #"invalid parameter "least_time""#),
        ("upstream u { random three; server a; }", #"invalid parameter "three""#),
        (
            "upstream u { server a resolve; }", #"no resolver defined to resolve names at run time in upstream "u""#
        ),
        (
            "upstream u { server a resolve; resolver off; } resolver 127.0.0.1;",
            #"no resolver defined to resolve names at run time in upstream "u""#
        ),
        ("upstream u { server a; listen 80; }", #""listen" directive is not allowed here"#),
    ])
    func `a wrong group is refused`(configuration: String, message: String) {
        #expect(messages(configuration) == [message])
    }

    @Test func `a second method is worth a warning`() throws {
        #expect(try warningMessages("upstream u { least_conn; ip_hash; server a; }") == ["load balancing method redefined"])
    }
}
