import Testing

@testable import GatehousePattern

@Suite struct ConfigurationPatternTests {
    @Test(
        arguments: [
            MatchCase(#"\.php$"#, "/index.php", [".php"]),
            MatchCase(#"\.php$"#, "/index.php5", nil),
            MatchCase(#"\.php$"#, "/index.php\n", [".php"]),
            MatchCase(#"^(.+\.php)(/.+)$"#, "/a.php/b.php/c", ["/a.php/b.php/c", "/a.php/b.php", "/c"]),
            MatchCase(#"^(.+?\.php)(/.+)$"#, "/a.php/b.php/c", ["/a.php/b.php/c", "/a.php", "/b.php/c"]),
            MatchCase(#"\.(gif|jpe?g|png)$"#, "/images/cat.jpeg", [".jpeg", "jpeg"]),
            MatchCase(#"\.(gif|jpe?g|png)$"#, "/images/cat.jpegs", nil),
            MatchCase(#"^/api/v(\d+)/(.*)$"#, "/api/v12/users/7", ["/api/v12/users/7", "12", "users/7"]),
            MatchCase(#"^/api/v(\d+)/(.*)$"#, "/api/vx/users", nil),
            MatchCase(#"^(?<name>www\.)?(?<domain>.+)$"#, "www.example.com", ["www.example.com", "www.", "example.com"]),
            MatchCase(#"^(?<name>www\.)?(?<domain>.+)$"#, "example.com", ["example.com", nil, "example.com"]),
            MatchCase(#"^~?/\.(?:ht|git)"#, "/.git/config", ["/.git"]),
            MatchCase(
                #"(?i)^mozilla/\d\.\d \(compatible; (\w+)"#, "Mozilla/5.0 (compatible; Googlebot/2.1)",
                [
                    "Mozilla/5.0 (compatible; Googlebot", "Googlebot",
                ]),
            MatchCase(#"^(?:https?:)?//([^/:]+)(?::(\d+))?"#, "https://h.example:8443/x", ["https://h.example:8443", "h.example", "8443"]),
            MatchCase(#"^/([^/]+)/([^/]+)/?$"#, "/one/two/", ["/one/two/", "one", "two"]),
            MatchCase(#"(\d+)\.(\d+)\.(\d+)\.(\d+)"#, "from 10.20.30.40 now", ["10.20.30.40", "10", "20", "30", "40"]),
            MatchCase("^$", "", [""]),
            MatchCase("", "abc", [""]),
        ])
    func `patterns as configurations have them find what PCRE finds`(row: MatchCase) throws {
        try row.check()
    }

    @Test func `the case is ignored for the whole pattern when asked`() throws {
        #expect(try found(#"\.(GIF|jpg)$"#, in: "/A.gif", caseInsensitive: true) == [".gif", "gif"])
        #expect(try found("[a-c]+[^d]", in: "ABCD", caseInsensitive: true) == ["ABC"])
        #expect(try found("(?-i)a", in: "A", caseInsensitive: true) == nil)
    }

    @Test func `names are reported with their numbers`() throws {
        let pattern = try Pattern(#"(?<a>x)(y)(?P<b_2>z)(?'c'w)"#)
        #expect(pattern.captureCount == 4)
        #expect(pattern.captureNames.map(\.name) == ["a", "b_2", "c"])
        #expect(pattern.captureNames.map(\.index) == [1, 3, 4])
        #expect(pattern.source == #"(?<a>x)(y)(?P<b_2>z)(?'c'w)"#)
    }
}
