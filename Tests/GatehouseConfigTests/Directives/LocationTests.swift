import GatehouseConfig
import GatehousePolicy
import Testing

@Suite struct LocationTests {
    private func name(of path: String, in http: HTTPConfiguration) -> String? {
        var captures: [Int] = []
        let path = Array(path.utf8)
        return http.servers[0].locations.find(path.span, captures: &captures)?.value.name
    }

    @Test func `every modifier is understood, apart or in one word`() throws {
        let http = try http(
            #"""
            server {
                location / {} location = /x {} location =/y {} location ^~ /img {}
                location ~ \.php$ {} location ~*\.GIF$ {} location @n {}
            }
            """#
        )
        #expect(name(of: "/q", in: http) == "/")
        #expect(name(of: "/x", in: http) == "= /x")
        #expect(name(of: "/y", in: http) == "= /y")
        #expect(name(of: "/img/a.php", in: http) == "^~ /img")
        #expect(name(of: "/a.php", in: http) == #"~ \.php$"#)
        #expect(name(of: "/a.gif", in: http) == #"~* \.GIF$"#)
        #expect(Array(http.servers[0].namedLocations.keys) == ["@n"])
    }

    @Test(arguments: [
        ("location == /a {}", #"invalid location modifier "==""#),
        ("location /a {} location /a {}", #"duplicate location "/a""#),
        ("location @a {} location @a {}", #"duplicate location "@a""#),
        ("location = /a { location /a/b {} }", #"location "/a/b" cannot be inside the exact location "/a""#),
        ("location @a { location /a/b {} }", #"location "/a/b" cannot be inside the named location "@a""#),
        ("location /a { location @b {} }", #"named location "@b" can be on the server level only"#),
        ("location /a { location /b {} }", #"location "/b" is outside location "/a""#),
        ("location @a { alias /x; }", #"the "alias" directive cannot be used inside the named location"#),
        ("location /a { root /x; alias /y; }", #""alias" directive is duplicate, "root" directive was specified earlier"#),
        ("location /a { root /x$document_root; }", #"the $document_root variable cannot be used in the "root" directive"#),
        ("location ~ (a {}", #"invalid regular expression "(a": missing closing parenthesis"#),
        ("location / { limit_except FOO {} }", #"invalid method "FOO""#),
        ("location / { error_page 404 =x /a; }", #"invalid value "=x""#),
        ("location / { error_page 200 /a; }", #"value "200" must be between 300 and 599"#),
        ("location / { try_files /a =abc; }", #"invalid code "=abc""#),
        ("location / { return 200 $foo; }", #"unknown "foo" variable"#),
        ("location / { return 200 a$; }", "invalid variable name"),
        ("location / { return 200 ${foo; }", #"the closing bracket in "foo" variable is missing"#),
    ])
    func `what a location may not be or hold is refused`(text: String, message: String) {
        #expect(errors("server { \(text) }") == ["\(message) in /etc/gatehouse/nginx.conf:1"])
    }

    @Test func `a variable may be used before the directive that defines it`() throws {
        let http = try http("server { location / { return 200 $a$b$c; } set $a 1; } map $uri $b { default 2; } server { set $c 1; }")
        #expect(Set(http.slots.map(\.name)) == ["a", "b", "c"])
    }

    @Test func `statuses of our own are shown as 400 by their error page`() throws {
        let http = try http("server { error_page 497 404 /x; }")
        let rules = http.servers[0].root.settings.errorPages.elements
        #expect(rules.map(\.statuses) == [[404], [497]])
        #expect(rules.map(\.newStatus) == [.keep, .fixed(400)])
    }
}
