import GatehouseConfig
import GatehousePolicy
import Testing

@Suite struct CanaryDirectivesTests {
    static let groups = "upstream a { server 10.0.0.1; } upstream b { server 10.0.0.2; }"

    private func canary(_ directives: String) throws -> CanarySettings {
        try http("\(Self.groups) canary shop { baseline a; canary b; \(directives) }").canaries[0]
    }

    @Test(arguments: [
        ("share 5%;", "500"), ("share 0%;", "0"), ("share 0.25%;", "25"),
        ("steps 5% 10m, 20% 10m, 50% 1h, 100%;", "500:600 2000:600 5000:3600 10000"),
        ("steps 1% 90s,2% 1d;", "100:90 200:86400"), ("steps 5%  10m , 100% 5m;", "500:600 10000"), ("steps 100%;", "10000"),
    ])
    func `shares grow in steps`(directive: String, expected: String) throws {
        let steps = try canary(directive).rules.steps.map { step in
            "\(step.share.hundredths)" + (step.pace.map { ":\($0.components.seconds)" } ?? "")
        }
        #expect(steps.joined(separator: " ") == expected)
    }

    @Test func `the groups are found wherever they stand`() throws {
        let http = try http(
            "canary shop { share 5%; canary b; baseline a; } \(Self.groups) server { location / { proxy_pass http://shop; } }")
        #expect(http.upstreams[http.canaries[0].baseline].name == "a")
        #expect(http.upstreams[http.canaries[0].canary].name == "b")
        let own = http.upstreams.filter { $0.canary == 0 }
        #expect(own.map(\.name) == ["shop"] && own[0].servers.isEmpty)
    }

    @Test func `what is not said is what the page says`() throws {
        let settings = try canary("share 5%;")
        #expect(settings.rules.judgement == CanaryJudgement())
        #expect(settings.failures == CanaryFailures())
        #expect(settings.rules.onFailure == .rollback && settings.rules.onSuccess == .go)
        #expect(settings.stick == nil && settings.stateFile == nil && settings.journalFile == nil)
    }

    @Test func `the judge takes its orders`() throws {
        let settings = try canary(
            """
            share 5%; sample 7; errors 429 500-503 reset; tolerance 0.5%; latency p99.9 tolerance=10%; confidence 99.9%;
            on_failure step_back; on_success hold; state shop.state; journal /var/log/shop;
            """)
        #expect(
            settings.rules.judgement
                == CanaryJudgement(minimumSample: 7, confidence: 9990, tolerance: 50, latency: .init(quantile: 9990, tolerance: 10)))
        #expect(settings.failures == CanaryFailures(statuses: [429...429, 500...503], countsResets: true, countsTimeouts: false))
        #expect(settings.rules.onFailure == .stepBack && settings.rules.onSuccess == .hold)
        #expect(settings.stateFile?.hasSuffix("/shop.state") == true && settings.journalFile == "/var/log/shop")
        #expect(try canary("share 5%; latency p99 last_byte;").rules.judgement.latency == .init(quantile: 9900, includesBody: true))
        #expect(try canary("share 5%; latency off;").rules.judgement.latency == nil)
    }

    @Test func `users stick by a cookie, a header or a key`() throws {
        guard case .cookie(let cookie) = try canary("share 5%; stick cookie side path=/ expires=7d httponly;").stick else {
            Issue.record("no cookie")
            return
        }
        #expect(cookie.name == "side" && cookie.path == "/" && cookie.isHTTPOnly && cookie.expires == .after(.seconds(604_800)))
        guard case .key(let header) = try canary("share 5%; stick header X-User;").stick else {
            Issue.record("no key")
            return
        }
        #expect(header.parts == [.variable(.requestHeader(Array("x-user".utf8)))])
        guard case .key(let key) = try canary("share 5%; stick hash $remote_addr$arg_user;").stick else {
            Issue.record("no key")
            return
        }
        #expect(key.parts == [.variable(.builtin(.remote_addr)), .variable(.argument(Array("user".utf8)))])
        let settings = try canary("share 5%; override header X-Canary; override cookie tester; exclude $arg_a $arg_b;")
        #expect(settings.overrides.map(\.source) == ["$http_x_canary", "$cookie_tester"])
        #expect(settings.exclusions.count == 2)
    }

    @Test(arguments: [("state /f;", "state /f;"), ("state /f;", "journal /f;"), ("journal /f;", "state /g; journal /f;")])
    func `two rollouts do not write to one file`(first: String, second: String) {
        let blocks = "canary one { baseline a; canary b; share 5%; \(first) } canary two { baseline a; canary b; share 5%; \(second) }"
        #expect(messages("\(Self.groups) \(blocks)") == [#"the file "/f" of canary "two" is that of canary "one" as well"#])
        #expect(messages("\(Self.groups) \(blocks.replacing("/f", with: "/h", maxReplacements: 1))").isEmpty)
    }

    @Test(arguments: [
        ("share 101%;", #"invalid share "101%""#), ("share -1%;", #"invalid share "-1%""#), ("share 5;", #"invalid share "5""#),
        ("steps 5% 1m, 200%;", #"invalid share "200%""#), ("steps 20% 1m, 5% 1m;", "step 5% is not above 20% before it"),
        ("steps 20% 1m, 20% 1m;", "step 20% is not above 20% before it"), ("steps 5%, 20%;", "no time for step 5%, which is not the last"),
        ("steps 5% x;", #"invalid time "x" in "steps""#), ("steps 5% 0;", #"invalid time "0" in "steps""#),
        ("steps 5% 1m 2m;", #""steps" directive takes a share and a time for each step"#),
        ("steps 5% 1m,;", #""steps" directive takes a share and a time for each step"#),
        ("share 5%; steps 5%;", #""share" and "steps" exclude each other"#), ("", #"no "share" or "steps" in canary "shop""#),
        ("share 5%; errors 99;", #"invalid status "99""#), ("share 5%; errors 503-500;", #"invalid status "503-500""#),
        ("share 5%; errors;", #"invalid number of arguments in "errors" directive"#),
        ("share 5%; latency 95;", #""latency" directive takes "off" or a quantile such as p95"#),
        ("share 5%; latency p100;", #""latency" directive takes "off" or a quantile such as p95"#),
        ("share 5%; latency p95 first_byte;", #"invalid parameter "first_byte""#),
        ("share 5%; latency p95 tolerance=x;", #"invalid parameter "tolerance=x""#),
        ("share 5%; confidence 100%;", #""confidence" directive takes a percentage from 50% to 99.99%"#),
        ("share 5%; tolerance 100%;", #"invalid percentage "100%""#),
        ("share 5%; stick user a;", #""stick" directive takes "cookie NAME", "header NAME" or "hash KEY""#),
        ("share 5%; override query a;", #""override" directive takes "header NAME" or "cookie NAME""#),
        ("share 5%; on_failure panic;", #"invalid value "panic""#), ("share 5%; server a;", #""server" directive is not allowed here"#),
        ("share 5%; state /f; journal /f;", #""state" and "journal" are the same file "/f""#),
    ])
    func `a wrong block is refused`(directives: String, message: String) {
        #expect(messages("\(Self.groups) canary shop { baseline a; canary b; \(directives) }") == [message])
    }

    @Test(arguments: [
        ("canary shop { share 5%; canary b; }", #"no "baseline" in canary "shop""#),
        ("canary shop { share 5%; baseline a; }", #"no "canary" in canary "shop""#),
        ("canary shop { share 5%; baseline c; canary b; }", #"unknown upstream group "c""#),
        ("canary shop { share 5%; baseline a; canary shop; }", #"canary "shop" is its own canary"#),
        ("canary shop { share 5%; baseline SHOP; canary a; }", #"canary "SHOP" is its own baseline"#),
        ("canary shop { share 5%; baseline a; canary A; }", #""shop" compares "a" with itself"#),
        (
            "canary shop { share 5%; baseline a; canary b; } canary two { share 5%; baseline a; canary shop; }",
            #""shop" is a canary itself, not an upstream group"#
        ),
        ("canary a { share 5%; baseline a; canary b; }", #"duplicate upstream "a""#),
    ])
    func `its groups have to be there, and two`(configuration: String, message: String) {
        #expect(messages("\(Self.groups) \(configuration)") == [message])
    }

    @Test func `an error says where`() {
        let found = errors("upstream a { server b; }\ncanary shop {\n  baseline a;\n  canary next;\n  share 5%;\n}")
        #expect(found.count == 1 && found[0].contains("unknown upstream group \"next\"") && found[0].hasSuffix(":4"))
    }

    @Test func `a check of health belongs into the groups`() {
        let location = "location / { proxy_pass http://shop; health_check; }"
        let found = messages("\(Self.groups) canary shop { share 5%; baseline a; canary b; } server { \(location) }")
        #expect(found == [#""health_check" directive means two groups beside a canary"#])
    }

    @Test func `a tunnel does not lead through a canary`() {
        let found = messages("\(Self.groups) canary shop { share 5%; baseline a; canary b; } server { location / { tunnel_pass shop; } }")
        #expect(found == [#""shop" is a canary, which tunnels don't use"#])
    }
}
