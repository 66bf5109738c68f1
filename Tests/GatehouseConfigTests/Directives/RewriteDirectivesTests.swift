import GatehouseConfig
import GatehousePattern
import Testing

@Suite struct RewriteDirectivesTests {
    /// The steps in one line each.
    private func describe(_ program: RewriteProgram) -> [String] {
        program.steps.map { step in
            switch step {
            case .set(_, let value): "set \(value.source)"
            case .rewrite(let rule):
                "rewrite \(rule.pattern.pattern.source) \(rule.replacement.source) \(rule.flag)\(rule.dropsArguments ? " no-args" : "")"
            case .finish(let rule): "return \(rule.status) \(rule.body?.source ?? "-")"
            case .stop: "break"
            case .when(_, let inner, let settings): "if(\(settings == nil ? "server" : "location")) \(describe(inner))"
            }
        }
    }

    @Test func `steps keep the order written`() throws {
        let settings = try location(
            #"set $a 1; if ($a = 1) { set $b 2; return 403; } rewrite ^/x(.*)$ /y$1? last; break; return 301 https://$host/;"#)
        #expect(
            describe(settings.rewrite) == [
                "set 1", #"if(location) ["set 2", "return 403 -"]"#, "rewrite ^/x(.*)$ /y$1 last no-args", "break",
                "return 301 https://$host/",
            ])
    }

    @Test func `server level has a program of its own that locations do not inherit`() throws {
        let http = try http("server { set $a 1; if ($a) { return 404; } location / { set $b 2; } }")
        #expect(describe(http.servers[0].settings.rewrite) == ["set 1", #"if(server) ["return 404 -"]"#])
        #expect(describe(try location("set $b 2;", server: "set $a 1;").rewrite) == ["set 2"])
    }

    @Test(arguments: [
        ("rewrite x http://y;", "redirect"), ("rewrite x https://y last;", "redirect"), ("rewrite x http://y permanent;", "permanent"),
        ("rewrite x $scheme://y;", "redirect"), ("rewrite x /y;", "none"), ("rewrite x /y break;", "break"),
        ("rewrite x /y redirect;", "redirect"),
    ])
    func `a replacement that is a URL redirects`(directive: String, flag: String) throws {
        guard case .rewrite(let rule)? = try location(directive).rewrite.steps.first else {
            Issue.record("no rewrite")
            return
        }
        #expect("\(rule.flag)" == flag)
    }

    @Test func `an if block has the settings around it, whichever come first, and its own`() throws {
        let settings = try location("if ($uri) { add_header A a; } expires 1d; proxy_pass http://u;", http: "upstream u { server a; }")
        guard case .when(_, _, let inner?)? = settings.rewrite.steps.first else {
            Issue.record("no if")
            return
        }
        guard case .proxy? = inner.settings.handler, case .rule? = Optional(inner.settings.expires) else {
            Issue.record("nothing inherited")
            return
        }
        #expect(inner.settings.addHeaders.elements.count == 1)
        #expect(settings.addHeaders.isEmpty)
    }

    @Test func `an if block does not try the files of its location`() throws {
        let settings = try location("try_files $uri =404; if ($uri) { return 200; }")
        guard case .when(_, _, let inner?)? = settings.rewrite.steps.first else {
            Issue.record("no if")
            return
        }
        #expect(settings.tryFiles != nil && inner.settings.tryFiles == nil)
    }

    @Test func `args and limit_rate may be set, other built-in variables not`() throws {
        guard case .set(.builtin(.args), _)? = try location("set $args x;").rewrite.steps.first else {
            Issue.record("no set")
            return
        }
        #expect(errorsInLocation("set $uri x;") == [#"the duplicate "uri" variable"#])
    }

    @Test(arguments: [
        ("set a b;", #"invalid variable name "a""#), (#"rewrite x "";"#, "empty replacement"),
        ("rewrite x /y often;", #"invalid parameter "often""#),
        ("return maybe;", #"invalid return code "maybe""#), ("return 1000;", #"invalid return code "1000""#),
        ("if (a) {}", #"invalid condition "a""#),
        ("if ($uri == x) {}", #"unexpected "==" in condition"#), ("set $a $nothing;", #"unknown "nothing" variable"#),
        ("if ($uri) { if ($uri) {} }", #""if" directive is not allowed here"#),
    ])
    func `a wrong directive is refused`(directives: String, message: String) {
        #expect(errorsInLocation(directives) == [message])
    }

    @Test func `rewrite_log holds further in`() throws {
        #expect(try location("", http: "rewrite_log on;").rewrite.isLogged)
    }
}
