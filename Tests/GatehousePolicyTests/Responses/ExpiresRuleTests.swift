import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ExpiresRuleTests {
    static let noon = 1_700_000_000 / 86400 * 86400 + 43200

    @Test(
        arguments: [
            ("off", false, .off), ("epoch", false, .epoch), ("max", false, .max), ("0", false, .afterAccess(0)),
            ("30d", false, .afterAccess(2_592_000)), ("+1h", false, .afterAccess(3600)), ("-1", false, .afterAccess(-1)),
            ("1d12h", false, .afterAccess(129_600)), ("1h 30m", false, .afterAccess(5400)), ("90", true, .afterModification(90)),
            ("@15h30m", false, .daily(55800)), ("@0", false, .daily(0)),
        ] as [(String, Bool, ExpiresRule)])
    func `the directive's words are read`(text: String, isModified: Bool, expected: ExpiresRule) throws {
        #expect(try ExpiresRule(text, isModified: isModified) == expected)
    }

    @Test(
        arguments: [
            ("", false, .invalidValue), ("x", false, .invalidValue), ("1x", false, .invalidValue), ("1m1h", false, .invalidValue),
            ("1s5", false, .invalidValue), ("off", true, .invalidValue), ("@1h", true, .dailyWithModified), ("@25h", false, .dailyTooLate),
            ("99999999999999999999", false, .invalidValue),
        ] as [(String, Bool, ExpiresRule.TextError)])
    func `other words are refused`(text: String, isModified: Bool, expected: ExpiresRule.TextError) {
        #expect(throws: expected) { try ExpiresRule(text, isModified: isModified) }
    }

    @Test(
        arguments: [
            (.epoch, 1 - noon, nil), (.max, 2_145_916_555 - noon, 315_360_000), (.afterAccess(0), 0, 0), (.afterAccess(60), 60, 60),
            (.afterAccess(-60), -60, nil), (.afterModification(100), 90, 90), (.afterModification(5), -5, nil),
            (.daily(50400), 7200, 7200), (.daily(43200), 86400, 86400), (.daily(0), 43200, 43200),
        ] as [(ExpiresRule, Int, Int?)])
    func `the fields follow the rule`(rule: ExpiresRule, fromNow: Int, maxAge: Int?) {
        let fields = rule.fields(now: Self.noon, lastModified: Self.noon - 10)
        #expect(fields?.expires == Self.noon + fromNow)
        #expect(fields?.cacheControl == maxAge.map { .maxAge($0) } ?? .noCache)
    }

    @Test func `off leaves the response alone`() {
        #expect(ExpiresRule.off.fields(now: Self.noon, lastModified: nil) == nil)
    }

    @Test func `a time of day is local`() {
        let fields = ExpiresRule.daily(46800).fields(now: Self.noon, lastModified: nil, offset: 3600)
        #expect(fields?.expires == Self.noon + 86400)
        #expect(ExpiresRule.daily(46801).fields(now: Self.noon, lastModified: nil, offset: 3600)?.expires == Self.noon + 1)
    }
}
