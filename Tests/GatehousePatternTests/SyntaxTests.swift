import Testing

@testable import GatehousePattern

@Suite struct SyntaxTests {
    @Test(
        arguments: [
            MatchCase(#"\d\D\w\W\s\S"#, "1ab- x", ["1ab- x"]),
            MatchCase(#"\h+\H"#, "a\t x", ["\t x"]),
            MatchCase(#"\v\V"#, "a\u{0B}x", ["\u{0B}x"]),
            MatchCase(#"a\Nb"#, "a\nb acb", ["acb"]),
            MatchCase(#"\t\n\r\f\a\e"#, "\t\n\r\u{0C}\u{07}\u{1B}", ["\t\n\r\u{0C}\u{07}\u{1B}"]),
            MatchCase(#"\x41\x{42}\103\o{104}\cA"#, "ABCD\u{01}", ["ABCD\u{01}"]),
            MatchCase(#"\/\-\.\_\ "#, "/-._ ", ["/-._ "]),
            MatchCase(#"\Qa.b*\E+"#, "a.b**", ["a.b**"]),
            MatchCase(#"\Qa|b)"#, "a|b)", ["a|b)"]),
            MatchCase(#"\pL\p{N}+\P{L}"#, "a12-", ["a12-"]),
            MatchCase(#"[\p{Lu}\p{P}]+"#, "aB,Cd", ["B,C"]),
            MatchCase(#"\p{^Nd}"#, "1a", ["a"]),
            MatchCase(#"a\Rb"#, "a\r\nb", ["a\r\nb"]),
            MatchCase(#"\bfoo\b"#, "a foo.", ["foo"]),
            MatchCase(#"\bfoo\b"#, "afoo foob", nil),
            MatchCase(#"\Bo"#, "o foo", ["o"]),
            MatchCase(#"\Aa|b\z"#, "ca b", ["b"]),
            MatchCase(#"b\Z"#, "b\n", ["b"]),
            MatchCase(#"b\z"#, "b\n", nil),
        ])
    func `escapes stand for what PCRE says`(row: MatchCase) throws {
        try row.check()
    }

    @Test(
        arguments: [
            MatchCase("[]a]+", "]a]b", ["]a]"]),
            MatchCase("[^]a]+", "]ab-", ["b-"]),
            MatchCase("[a-c-e]+", "xa-ce", ["a-ce"]),
            MatchCase(#"[\w-.]+"#, "/a-b.c/", ["a-b.c"]),
            MatchCase(#"[a\-z]+"#, "b-az", ["-az"]),
            MatchCase(#"[+--]+"#, "a+,-.", ["+,-"]),
            MatchCase(#"[\]\\^]+"#, "a]^\\b", ["]^\\"]),
            MatchCase("[[:alpha:][:digit:]_]+", "-a1_-", ["a1_"]),
            MatchCase("[[:^digit:]]+", "1ab2", ["ab"]),
            MatchCase("[[:alpha]+", "[:a", ["[:a"]),
            MatchCase(#"[\b]"#, "a\u{08}", ["\u{08}"]),
            MatchCase(#"[\x41-\x43]+"#, "@ABCD", ["ABC"]),
            MatchCase(#"[\Qa-]\E]+"#, "b]-a", ["]-a"]),
            MatchCase("[^a]", "\n", ["\n"]),
            MatchCase("(?i)[[:upper:]]+", "aB", ["aB"]),
        ])
    func `classes hold the bytes PCRE puts in them`(row: MatchCase) throws {
        try row.check()
    }

    @Test(
        arguments: [
            MatchCase("a{2}", "aaa", ["aa"]),
            MatchCase("a{2,}", "aaaa", ["aaaa"]),
            MatchCase("a{1,2}?", "aa", ["a"]),
            MatchCase("a{0}b", "ab", ["b"]),
            MatchCase("a{,2}", "a{,2}", ["a{,2}"]),
            MatchCase("a{x}", "a{x}", ["a{x}"]),
            MatchCase("a{2}{2}", "aaaaa", ["aaaa"]),
            MatchCase("x*?y", "xxy", ["xxy"]),
            MatchCase("a??b", "ab", ["ab"]),
            MatchCase("(?U)a+", "aaa", ["a"]),
            MatchCase("(?U)a+?", "aaa", ["aaa"]),
            MatchCase("[^/]++/", "ab/", ["ab/"]),
            MatchCase("a++$", "baa", ["aa"]),
            MatchCase("(?>a+)b", "aab", ["aab"]),
            MatchCase("(?>ab|cd)e", "cde", ["cde"]),
        ])
    func `quantifiers repeat as PCRE does`(row: MatchCase) throws {
        try row.check()
    }

    @Test(
        arguments: [
            MatchCase("a(?i)b|c", "C", ["C"]),
            MatchCase("(a(?i)b)c", "aBC", nil),
            MatchCase("(?i:a)b", "Ab", ["Ab"]),
            MatchCase("(?i:a)b", "AB", nil),
            MatchCase("(?i)a(?-i)b", "Ab", ["Ab"]),
            MatchCase("a.b", "a\nb", nil),
            MatchCase("(?s)a.b", "a\nb", ["a\nb"]),
            MatchCase("(?m)^b$", "a\nb\nc", ["b"]),
            MatchCase("^b$", "a\nb\nc", nil),
            MatchCase("(?m)^$", "a\n", nil),
            MatchCase("(?x) a b # comment\n c", "abc", ["abc"]),
            MatchCase("(?x) a +", "aa", ["aa"]),
            MatchCase("a(?#comment)b", "ab", ["ab"]),
            MatchCase("(?n)(a)(?<x>b)", "ab", ["ab", "b"]),
            MatchCase("(*UTF8)a", "a", ["a"]),
            MatchCase("(?:é)+", "éé", ["éé"]),
        ])
    func `flags hold until their group ends`(row: MatchCase) throws {
        try row.check()
    }
}
