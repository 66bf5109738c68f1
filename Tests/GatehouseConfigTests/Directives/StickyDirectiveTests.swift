import GatehouseConfig
import Testing

@Suite struct StickyDirectiveTests {
    private func sticky(_ arguments: String) throws -> StickySettings? {
        try http("upstream u { server a; sticky \(arguments); }").upstreams[0].sticky
    }

    @Test func `a cookie has a name and attributes`() throws {
        guard case .cookie(let plain) = try sticky("cookie id") else { throw Wrong() }
        #expect(plain.name == "id" && plain.lookup.source == "$cookie_id")
        #expect(plain.domain == nil && plain.path == nil && plain.expires == nil && plain.sameSite == nil)
        #expect(!plain.isSecure && !plain.isHTTPOnly)
        let text = "cookie id domain=$host path=/x \"expires=1h 3m\" secure httponly samesite=Lax"
        guard case .cookie(let full) = try sticky(text) else { throw Wrong() }
        #expect(full.domain?.source == "$host" && full.path == "/x" && full.expires == .after(.seconds(3780)))
        #expect(full.isSecure && full.isHTTPOnly && full.sameSite?.constant == Array("Lax".utf8))
    }

    @Test func `a cookie may last for ever, and its policy be computed`() throws {
        guard case .cookie(let cookie) = try sticky("cookie id expires=max samesite=$arg_a") else { throw Wrong() }
        #expect(cookie.expires == .max && cookie.sameSite?.source == "$arg_a")
    }

    @Test func `a route is looked for in variables`() throws {
        guard case .route(let variables) = try sticky("route $cookie_r $arg_r") else { throw Wrong() }
        #expect(variables.map(\.source) == ["$cookie_r", "$arg_r"])
    }

    @Test func `sessions are learned from answers`() throws {
        let text = "learn create=$upstream_cookie_a create=$upstream_http_b lookup=$cookie_a zone=z:1m timeout=5m header"
        guard case .learn(let learn) = try sticky(text) else { throw Wrong() }
        #expect(learn.create.map(\.source) == ["$upstream_cookie_a", "$upstream_http_b"] && learn.lookup.map(\.source) == ["$cookie_a"])
        #expect(learn.zone == "z" && learn.zoneSize == 1 << 20 && learn.timeout == .seconds(300) && learn.learnsFromHead)
    }

    @Test(arguments: [
        ("id x", #"unknown parameter "id""#), (#"cookie """#, #""sticky" directive empty cookie name"#),
        ("cookie id x", #"unknown parameter "x""#), ("cookie id domain=", #""sticky" directive no value for "domain""#),
        ("cookie id path=", #""sticky" directive no value for "path""#),
        ("cookie id domain=a domain=b", #""sticky" directive parameter "domain" is duplicate"#),
        ("cookie id secure secure", #""sticky" directive parameter "secure" is duplicate"#),
        ("cookie id expires=1ms", #""sticky" directive invalid "expires" parameter value"#),
        ("cookie id samesite=x", #""sticky" directive invalid "samesite" parameter value"#),
        ("route a", #"invalid variable name "a""#), ("route $nothing_such", #"unknown "nothing_such" variable"#),
        ("learn create=$uri zone=z:1m", #""sticky" directive "lookup" parameter is not specified"#),
        ("learn lookup=$uri zone=z:1m", #""sticky" directive "create" parameter is not specified"#),
        ("learn create=$uri lookup=$uri", #""sticky" directive "zone" parameter is not specified"#),
        ("learn create=a", #""sticky" directive missing variable in the "create" parameter"#),
        ("learn zone=z", #""sticky" directive zone size is not specified"#),
        ("learn zone=:1m", #""sticky" directive zone name is not specified"#),
        ("learn zone=z:x", #""sticky" directive invalid zone size"#), ("learn zone=z:1k", #""sticky" directive zone is too small"#),
        ("learn zone=z:1m zone=y:1m", #""sticky" directive duplicate zone"#),
        ("learn timeout=0", #""sticky" directive invalid timeout"#),
        ("learn timeout=1 timeout=1", #""sticky" directive duplicate timeout"#), ("learn x=y", #"unknown parameter "x=y""#),
    ])
    func `a wrong parameter is refused`(arguments: String, message: String) {
        #expect(messages("upstream u { server a; sticky \(arguments); }") == [message])
    }

    @Test func `a zone belongs to one group`() {
        let learn = "sticky learn create=$uri lookup=$uri zone=z:1m;"
        let text = "upstream u { server a; \(learn) } upstream v { server a; \(learn) }"
        #expect(messages(text) == [#"sticky zone "z" is already used in upstream "u""#])
    }

    private struct Wrong: Error {}
}
