import Testing

@testable import GatehousePattern

struct Refusal: Sendable, CustomTestStringConvertible {
    let pattern: String
    let beginning: String
    let offset: Int

    init(_ pattern: String, _ beginning: String, at offset: Int) {
        self.pattern = pattern
        self.beginning = beginning
        self.offset = offset
    }

    var testDescription: String { pattern.count < 40 ? pattern : "\(pattern.prefix(40))…" }
}

@Suite struct RefusalTests {
    @Test(
        arguments: [
            Refusal("(a", "missing closing parenthesis", at: 2),
            Refusal("a)", "unmatched closing parenthesis", at: 1),
            Refusal("[a", "missing terminating ] for character class", at: 2),
            Refusal("[]", "missing terminating ] for character class", at: 2),
            Refusal("*a", "quantifier does not follow a repeatable item", at: 0),
            Refusal("a|+", "quantifier does not follow a repeatable item", at: 2),
            Refusal("({2})", "quantifier does not follow a repeatable item", at: 1),
            Refusal("a{3,2}", "numbers out of order in {} quantifier", at: 5),
            Refusal("a{65536}", "number too big in {} quantifier", at: 7),
            Refusal("[z-a]", "range out of order in character class", at: 1),
            Refusal("[[:foo:]]", "unknown POSIX class name", at: 1),
            Refusal("[:alpha:]", "POSIX named classes are supported only within a class", at: 0),
            Refusal("a\\", "\\ at end of pattern", at: 2),
            Refusal("\\j", "unrecognized character follows \\", at: 1),
            Refusal("\\x{100}", "character code point value", at: 3),
            Refusal("\\x{}", "digits missing", at: 3),
            Refusal("(?<1a>x)", "subpattern name must start with a non-digit", at: 3),
            Refusal("(?<>x)", "subpattern name expected", at: 3),
            Refusal("(?<a", "syntax error in subpattern name", at: 4),
            Refusal("(?<a>x)(?<a>y)", "two named subpatterns have the same name", at: 10),
            Refusal("(?y)", "unrecognized character after (? or (?-", at: 2),
            Refusal("(?#a", "missing ) after (?# comment", at: 4),
            Refusal("(*COMMIT)a", "(*VERB) not recognized", at: 0),
        ])
    func `a syntax error is named and located`(row: Refusal) throws {
        try check(row)
    }

    @Test(
        arguments: [
            Refusal(#"(a)\1"#, "a back-reference is not supported", at: 3),
            Refusal(#"(?<n>a)\k<n>"#, "a back-reference is not supported", at: 7),
            Refusal("(?P=n)", "a back-reference is not supported", at: 0),
            Refusal("(?<=a)b", "look-behind is not supported", at: 0),
            Refusal("(?<!a)b", "look-behind is not supported", at: 0),
            Refusal("a(?=b)", "look-ahead is only supported behind a start anchor", at: 1),
            Refusal("^a*(?=b)", "look-ahead is only supported behind a start anchor", at: 3),
            Refusal("^(?=(a))", "a capture inside of a look-ahead is not supported", at: 1),
            Refusal("^a(?!\\Bb)", "\\b, \\B and ^ inside of a look-ahead", at: 2),
            Refusal("(?R)", "recursion is not supported", at: 0),
            Refusal("(?1)", "recursion is not supported", at: 0),
            Refusal("(?(1)a|b)", "a conditional group is not supported", at: 0),
            Refusal("(?|a|b)", "a branch reset group is not supported", at: 0),
            Refusal(#"a\Kb"#, "\\K is not supported", at: 1),
            Refusal("a*+a", "a possessive quantifier is only supported", at: 1),
            Refusal("(?:ab)*+c", "a possessive quantifier is only supported", at: 6),
            Refusal("(?>a*)a", "an atomic group is only supported", at: 0),
            Refusal(#"a\R\n"#, "a possessive quantifier is only supported", at: 1),
            Refusal("(?>a|ab)c", "an atomic group is only supported", at: 0),
            Refusal(#"\w++\b"#, "a possessive quantifier is only supported", at: 2),
            Refusal(#"(?:\w++\W?)*x"#, "a possessive quantifier is only supported", at: 5),
        ])
    func `what linear matching cannot do is refused`(row: Refusal) throws {
        try check(row)
    }

    @Test(
        arguments: [
            Refusal("((a{100}){100}){100}", "pattern too large", at: 3),
            Refusal("a{9000}a{9000}", "pattern too large", at: 8),
            Refusal("(?:(?:(?:(?:|){1000}){1000}){1000}){1000}", "pattern too large", at: 14),
            Refusal(String(repeating: "a", count: 70_000), "pattern too large", at: 65_536),
            Refusal(String(repeating: "(", count: 1_000), "parentheses are too deeply nested", at: 250),
            Refusal(String(repeating: "(?:", count: 20_000), "parentheses are too deeply nested", at: 750),
            Refusal("a" + String(repeating: "*", count: 1_000), "quantifier does not follow", at: 5),
        ])
    func `a hostile pattern stops at a limit`(row: Refusal) throws {
        try check(row)
    }

    private func check(_ row: Refusal) throws {
        let error = try #require(throws: PatternError.self) { try Pattern(row.pattern) }
        #expect(error.message.hasPrefix(row.beginning), "\(error.message)")
        #expect(error.offset == row.offset)
    }
}
