import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct PreconditionsTests {
    static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(
        arguments: [
            (Preconditions(), .proceed),
            (Preconditions(ifNoneMatch: bytes("\"a\"")), .notModified),
            (Preconditions(ifNoneMatch: bytes("W/\"a\"")), .notModified),
            (Preconditions(ifNoneMatch: bytes("\"b\"")), .proceed),
            (Preconditions(ifNoneMatch: bytes("\"b\", \"a\"")), .notModified),
            (Preconditions(ifNoneMatch: bytes("\"b\" ,W/\"a\" , \"c\"")), .notModified),
            (Preconditions(ifNoneMatch: bytes("\"ab\"")), .proceed),
            (Preconditions(ifNoneMatch: bytes("*")), .notModified),
            (Preconditions(ifMatch: bytes("\"a\"")), .proceed),
            (Preconditions(ifMatch: bytes("*")), .proceed),
            (Preconditions(ifMatch: bytes("\"b\"")), .preconditionFailed),
            (Preconditions(ifMatch: bytes("W/\"a\"")), .preconditionFailed),
            (Preconditions(ifMatch: bytes("")), .preconditionFailed),
            (Preconditions(ifModifiedSince: 1000), .notModified),
            (Preconditions(ifModifiedSince: 999), .proceed),
            (Preconditions(ifModifiedSince: 1001), .proceed),
            (Preconditions(ifModifiedSince: -1), .proceed),
            (Preconditions(ifUnmodifiedSince: 1000), .proceed),
            (Preconditions(ifUnmodifiedSince: 999), .preconditionFailed),
            (Preconditions(ifUnmodifiedSince: -1), .preconditionFailed),
            (Preconditions(ifNoneMatch: bytes("\"a\""), ifModifiedSince: 1000), .notModified),
            (Preconditions(ifNoneMatch: bytes("\"b\""), ifModifiedSince: 1000), .proceed),
            (Preconditions(ifNoneMatch: bytes("\"a\""), ifModifiedSince: 5), .proceed),
            (Preconditions(ifMatch: bytes("\"b\""), ifNoneMatch: bytes("\"a\"")), .preconditionFailed),
        ] as [(Preconditions, Preconditions.Result)])
    func `conditions are evaluated in nginx's order`(conditions: Preconditions, expected: Preconditions.Result) {
        #expect(conditions.evaluate(etag: Self.bytes("\"a\""), lastModified: 1000) == expected)
    }

    @Test(arguments: [
        (Preconditions.ModifiedSince.exact, 1001, Preconditions.Result.proceed), (.before, 1001, .notModified),
        (.before, 999, .proceed), (.off, 1000, .proceed),
    ])
    func `dates are compared as configured`(rule: Preconditions.ModifiedSince, date: Int, expected: Preconditions.Result) {
        #expect(Preconditions(ifModifiedSince: date).evaluate(etag: nil, lastModified: 1000, rule: rule) == expected)
    }

    @Test func `a weak tag equals its strong form where validity is asked for`() {
        let conditions = Preconditions(ifNoneMatch: Self.bytes("\"a\""))
        #expect(conditions.evaluate(etag: Self.bytes("W/\"a\""), lastModified: nil) == .notModified)
    }

    @Test func `nothing to compare with means modified`() {
        #expect(Preconditions(ifNoneMatch: Self.bytes("\"a\"")).evaluate(etag: nil, lastModified: nil) == .proceed)
        #expect(Preconditions(ifModifiedSince: 5).evaluate(etag: nil, lastModified: nil) == .proceed)
        #expect(Preconditions(ifUnmodifiedSince: 5).evaluate(etag: nil, lastModified: nil) == .preconditionFailed)
    }

    @Test(
        arguments: [
            (nil, true), ("\"a\"", true), ("\"b\"", false), ("date", true), ("other", false),
        ] as [(String?, Bool)])
    func `a range counts only for what the client has`(ifRange: String?, expected: Bool) {
        let date = ifRange == "date" ? 1000 : -1
        let allows = Preconditions.allowsRange(
            ifRange: ifRange.map(Self.bytes), date: date, etag: Self.bytes("\"a\""), lastModified: 1000)
        #expect(allows == expected)
    }
}
