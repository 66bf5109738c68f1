import GatehouseConfig
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct HealthDirectivesTests {
    private func group(_ directives: String) throws -> UpstreamSettings { try http("upstream u { server a; \(directives) }").upstreams[0] }

    private func check(_ parameters: String, location: String = "", http: String = "") throws -> HealthCheckSettings {
        let configuration = try GatehouseConfigTests.http(
            "\(http) upstream u { server a; } server { location / { health_check \(parameters); proxy_pass http://u; \(location) } }")
        return try #require(configuration.upstreams[0].healthChecks.first)
    }

    @Test func `without parameters a check is nginx's`() throws {
        let check = try check("")
        #expect(check.rules == HealthCheckRules(interval: .seconds(5), jitter: .zero, fails: 1, passes: 1))
        #expect(check.kind == .http && text(check.uri) == "/" && check.port == nil && check.keepaliveTime == nil)
        #expect(text(check.host) == "u" && !check.usesTLS && check.timeout == nil)
    }

    @Test func `parameters say when and what`() throws {
        let check = try check(
            "interval=10s jitter=500ms fails=3 passes=2 uri=/health?x=1 port=81 keepalive_time=1m timeout=3s mandatory persistent")
        #expect(
            check.rules
                == HealthCheckRules(
                    interval: .seconds(10), jitter: .milliseconds(500), fails: 3, passes: 2, isMandatory: true, isPersistent: true))
        #expect(text(check.uri) == "/health?x=1" && check.port == 81)
        #expect(check.keepaliveTime == .seconds(60) && check.timeout == .seconds(3))
        #expect(try self.check("type=tcp").kind == .tcp)
    }

    @Test func `a check uses the settings of its location, wherever they stand`() throws {
        let check = try check("", location: "proxy_read_timeout 3s; proxy_set_header Host h;")
        #expect(check.proxy.readTimeout == .seconds(3))
        #expect(check.proxy.setHeaders.elements.map { text($0.name) } == ["Host"])
    }

    @Test func `several checks of one group add up`() throws {
        let servers = "server { location / { proxy_pass http://u; health_check; } location /b { proxy_pass https://u; health_check; } }"
        let checks = try http("upstream u { server a; health_check type=tcp; } \(servers)").upstreams[0].healthChecks
        #expect(checks.map(\.kind) == [.tcp, .http, .http])
        #expect(checks.map(\.usesTLS) == [false, false, true])
    }

    @Test func `a check in the group itself goes by the settings of http`() throws {
        let configuration = try http("proxy_connect_timeout 7s; upstream u { server a; health_check tls uri=/h; } server { }")
        let check = try #require(configuration.upstreams[0].healthChecks.first)
        #expect(check.proxy.connectTimeout == .seconds(7) && check.timeout == .seconds(5))
        #expect(check.usesTLS && text(check.host) == "u")
    }

    @Test func `a match block is found wherever it stands`() throws {
        let match = """
            match m { status 200 301-303; status ! 302; header A; header ! B; header C = c; header D !~ d; body ~ "x y"; body !~* z; }
            """
        let found = try check("match=m", http: match).match
        #expect(found.statuses == [StatusSet([200...200, 301...303]), StatusSet([302...302], isNegated: true)])
        #expect(found.headers.map { text($0.name) } == ["a", "b", "c", "d"])
        #expect(found.headers.map(\.isNegated) == [false, true, false, true])
        #expect(found.bodies.map(\.pattern.source) == ["x y", "z"])
        #expect(found.bodies.map(\.isNegated) == [false, true])
    }

    @Test(arguments: [
        ("health_check;", #""health_check" directive has no "proxy_pass" beside it"#),
        ("proxy_pass http://$host; health_check;", #""health_check" directive cannot tell which group "proxy_pass" with variables means"#),
        ("proxy_pass http://a; health_check every=5s;", #"invalid parameter "every=5s""#),
        ("proxy_pass http://a; health_check tls;", #"invalid parameter "tls""#),
        ("proxy_pass http://a; health_check interval=0;", #"invalid value "interval=0""#),
        ("proxy_pass http://a; health_check fails=0;", #"invalid value "fails=0""#),
        ("proxy_pass http://a; health_check port=65536;", #"invalid value "port=65536""#),
        ("proxy_pass http://a; health_check uri=health;", #"invalid value "uri=health""#),
        ("proxy_pass http://a; health_check type=grpc;", #"invalid value "type=grpc""#),
        ("proxy_pass http://a; health_check match=m;", #"match "m" is not defined"#),
    ])
    func `a wrong health check is refused`(directives: String, message: String) {
        #expect(errorsInLocation(directives) == [message])
    }

    @Test(arguments: [
        ("status;", #"invalid number of arguments in "status""#),
        ("status !;", #"invalid number of arguments in "status""#),
        ("status 99;", #"invalid status "99""#),
        ("status 300-200;", #"invalid status "300-200""#),
        ("status 200-300-400;", #"invalid status "200-300-400""#),
        ("header;", #"invalid number of arguments in "header""#),
        ("header A == b;", #"invalid operator "==""#),
        ("body x;", #"invalid number of arguments in "body""#),
        ("body = x;", #"invalid operator "=""#),
        ("require;", #"invalid number of arguments in "require""#),
        ("require x;", #"invalid variable name "x""#),
        ("require $arg_a;", #""$arg_a" is always empty in a health check"#),
        ("require $remote_addr;", #""$remote_addr" is always empty in a health check"#),
        ("require $nothing;", #"unknown "nothing" variable"#),
        ("code 200;", #"unknown directive "code""#),
    ])
    func `a wrong match is refused`(line: String, message: String) {
        #expect(messages("match m { \(line) }") == [message])
    }

    @Test func `a match may require variables, also such as are defined later`() throws {
        let match = "match m { require $upstream_http_x $is_well; } map $upstream_status $is_well { 200 1; default 0; }"
        let check = try check("match=m", http: match)
        #expect(check.required.map(\.name) == ["upstream_http_x", "is_well"])
        #expect(check.required[0].reference == .upstreamHeader(Array("x".utf8)))
        #expect(check.slots.map(\.name) == ["is_well"])
    }

    @Test func `a match has one definition`() {
        #expect(messages("match m { status 200; } match m { status 200; }") == [#"duplicate match "m""#])
    }

    @Test func `outliers, limits and the budget have their defaults`() throws {
        let plain = try group("")
        #expect(plain.outliers == nil && plain.limits == nil && plain.retryBudget == nil && plain.healthChecks.isEmpty)
        let group = try group("outlier_ejection; limits connections=9; retry_budget 10%;")
        #expect(group.outliers == OutlierRules())
        #expect(group.limits == CircuitLimits(connections: 9))
        #expect(group.retryBudget == RetryBudgetRules(share: 10, minimum: 3))
        #expect(group.overload.retryAfter == .seconds(1))
    }

    @Test func `outliers, limits and the budget take what is given`() throws {
        let group = try group(
            "outlier_ejection errors=40% slow=2.5x min=5 max_ejected=50% window=20s time=1m;"
                + "limits connections=9 pending=8 retries=7 retry_after=5s; retry_budget 10% min=0;")
        #expect(
            group.outliers
                == OutlierRules(errors: 40, slow: 250, minimum: 5, mostEjected: 50, window: .seconds(20), time: .seconds(60)))
        #expect(group.limits == CircuitLimits(connections: 9, pending: 8, retries: 7))
        #expect(group.overload.retryAfter == .seconds(5))
        #expect(group.retryBudget == RetryBudgetRules(share: 10, minimum: 0))
    }

    @Test(arguments: [
        ("outlier_ejection rate=1%;", #"invalid parameter "rate=1%""#),
        ("outlier_ejection errors=50;", #"invalid value "errors=50" in "outlier_ejection" directive"#),
        ("outlier_ejection errors=101%;", #"invalid value "errors=101%" in "outlier_ejection" directive"#),
        ("outlier_ejection slow=1x;", #"invalid value "slow=1x" in "outlier_ejection" directive"#),
        ("outlier_ejection slow=3;", #"invalid value "slow=3" in "outlier_ejection" directive"#),
        ("outlier_ejection min=0;", #"invalid value "min=0" in "outlier_ejection" directive"#),
        ("outlier_ejection time=0;", #"invalid value "time=0" in "outlier_ejection" directive"#),
        ("limits connections=x;", #"invalid value "connections=x" in "limits" directive"#),
        ("limits pending=5;", #""limits" directive has "pending=" without "connections=""#),
        ("limits rate=5;", #"invalid parameter "rate=5""#),
        ("retry_budget 20;", #"invalid value "20" in "retry_budget" directive"#),
        ("retry_budget 20% max=3;", #"invalid parameter "max=3""#),
    ])
    func `a wrong value is refused`(directive: String, message: String) {
        #expect(messages("upstream u { server a; \(directive) }") == [message])
    }
}
