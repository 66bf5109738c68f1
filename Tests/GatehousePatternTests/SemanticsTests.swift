import Testing

@testable import GatehousePattern

@Suite struct SemanticsTests {
    @Test(
        arguments: [
            MatchCase("(a|ab)(c|bcd)(d*)", "abcd", ["abcd", "a", "bcd", ""]),
            MatchCase("a|ab", "ab", ["a"]),
            MatchCase("(?:a|b)*?c", "abac", ["abac"]),
            MatchCase("(a)|(b)", "b", ["b", nil, "b"]),
            MatchCase("(?:(a)|(b))+", "ab", ["ab", "a", "b"]),
            MatchCase("(a*)+", "b", ["", ""]),
            MatchCase("(|a)+", "aaa", ["", ""]),
            MatchCase("(|a)*", "aaa", ["", ""]),
            MatchCase("(.*)(.*)", "ab", ["ab", "ab", ""]),
            MatchCase("(.*?)(.*)", "ab", ["ab", "", "ab"]),
            MatchCase("()", "", ["", ""]),
            MatchCase("(a){0}b", "ab", ["b", nil]),
            MatchCase("^a|b", "cb", ["b"]),
            MatchCase("(?:^|/)x", "a/x", ["/x"]),
            MatchCase("$^", "", [""]),
            MatchCase("$\n", "a\n", ["\n"]),
            MatchCase("x*", "aaa", [""]),
            MatchCase("[^\\x00-\\xff]", "a", nil),
        ])
    func `the leftmost match that the order prefers wins`(row: MatchCase) throws {
        try row.check()
    }

    @Test(
        arguments: [
            MatchCase("^(?!/admin)/(.*)$", "/admin/x", nil),
            MatchCase("^(?!/admin)/(.*)$", "/user", ["/user", "user"]),
            MatchCase("^/(?!api/|static/)(.+)", "/api/1", nil),
            MatchCase("^/(?!api/|static/)(.+)", "/apis", ["/apis", "apis"]),
            MatchCase("^/(?=a)(?!ab)(.+)", "/ac", ["/ac", "ac"]),
            MatchCase("^/(?=a)(?!ab)(.+)", "/ab", nil),
            MatchCase("^(?!.*\\.php$).*$", "/x.php", nil),
            MatchCase("^(?!.*\\.php$).*$", "/x.html", ["/x.html"]),
            MatchCase("^/(?!(a|b)/)(.)", "/c/", ["/c", nil, "c"]),
            MatchCase("^abc(?!d)", "a", nil),
            MatchCase("^(?!.*\\bb\\b)a.*", "a b", nil),
            MatchCase("^(?!.*\\bb\\b)a.*", "abb", ["abb"]),
        ])
    func `a look-ahead behind a start of fixed length is followed`(row: MatchCase) throws {
        try row.check()
    }

    /// PCRE goes one more round, matching nothing, and reports that one; the whole match is the same.
    @Test func `a group that may match nothing reports its last round that consumed something`() throws {
        #expect(try found("(a+|b?)*c", in: "aabc") == ["aabc", "b"])
    }

    @Test func `bytes that are no UTF-8 are matched as bytes`() throws {
        let pattern = try Pattern(#"\xff.[\x80-\xfe]"#)
        let bytes: [UInt8] = [0x00, 0xFF, 0x00, 0x80]
        var captures: [Int] = [7]
        let isFound = pattern.firstMatch(in: bytes.span, captures: &captures)
        #expect(isFound)
        #expect(captures == [1, 4])
    }

    @Test func `captures left from another match do not show through`() throws {
        var captures = [1, 2, 3, 4, 5, 6]
        let pattern = try Pattern("(x)?a")
        let bytes = Array("a".utf8)
        let isFound = pattern.firstMatch(in: bytes.span, captures: &captures)
        #expect(isFound)
        #expect(captures == [0, 1, -1, -1])
    }
}
