import Testing

@testable import GatehousePattern

/// A backtracking engine would need centuries for these; here they take milliseconds or the suite hangs.
@Suite struct LinearTimeTests {
    @Test(
        arguments: [
            "(a*)*b", "(a|a)*b", "(a+a+)+b", "(a|aa)+b", "(.*)*b", "(?:a?){50}(?:a){50}b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a?a?a?)*c",
            "(?:(?:a*)*)*b", "a*a*a*a*a*a*b",
        ], [100, 10_000])
    func `an exponential pattern takes linear time`(pattern: String, length: Int) throws {
        #expect(try found(pattern, in: String(repeating: "a", count: length)) == nil)
    }

    @Test func `loops within loops that match nothing come to an end`() throws {
        #expect(try found("^(?:(?:a*a??)*(?:b|c)||)*d", in: "aab~") == nil)
        #expect(try found("^(c|(?i:(?s:b*b??)*(?:/{1,2}a+|c*.\\z)||)*/+)a{2}", in: "cbacb~1 ") == nil)
    }

    @Test func `a long input is matched side by side`() throws {
        let text = String(repeating: "a", count: 200_000) + "bc"
        #expect(try found("(x+x+)+y|(a)(b)", in: text) == ["ab", nil, "a", "b"])
    }

    @Test func `both engines agree on an input at their border`() throws {
        let program = try Pattern("(a+)(a?)(b|$)").acceptor.program
        let bytes = Array(String(repeating: "xa", count: 50).utf8)
        var depthFirst = [Int](repeating: -1, count: program.slotCount)
        var sideBySide = depthFirst
        let isFound = program.search(bytes.span, from: 0, captures: &depthFirst)
        var matcher = ParallelMatcher(program)
        let isFoundSideBySide = matcher.search(bytes.span, from: 0, captures: &sideBySide)
        #expect(isFound && isFoundSideBySide)
        #expect(depthFirst == sideBySide)
    }
}
