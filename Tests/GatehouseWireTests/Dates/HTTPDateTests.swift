import Testing

@testable import GatehouseWire

@Suite struct HTTPDateTests {
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
        (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
        (1_795_446_000, "Mon, 23 Nov 2026 15:00:00 GMT"),
    ])
    func `a moment is written and read`(_ seconds: Int, _ text: String) {
        #expect(String(decoding: HTTPDate.format(seconds), as: UTF8.self) == text)
        #expect(HTTPDate.parse(text) == seconds)
    }

    @Test func `the calendar goes both ways for every day of four centuries`() {
        for day in stride(from: -80_000, to: 80_000, by: 7) {
            let time = CivilTime(epochSeconds: day * 86400 + 12345)
            #expect(time.isValid && time.epochSeconds == day * 86400 + 12345)
        }
    }

    @Test(arguments: [
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777), ("Sun Nov  6 08:49:37 1994", 784_111_777),
        ("Sun Nov 06 08:49:37 1994", 784_111_777),
        ("Friday, 01-Jan-70 00:00:00 GMT", 0), ("Tuesday, 01-Jan-69 00:00:00 GMT", 3_124_224_000),
    ])
    func `the old forms are read`(_ text: String, _ seconds: Int) {
        #expect(HTTPDate.parse(text) == seconds)
    }

    @Test(arguments: [
        "", "x", "Sun, 06 Nov 1994 08:49:37", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
        "Sun, 06 Foo 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun Nov  6 08:49:37 94",
        "Sun, 00 Nov 1994 08:49:37 GMT",
    ])
    func `text that is no date is refused`(_ text: String) {
        #expect(HTTPDate.parse(text) == nil)
    }

    @Test func `every cut of a date is refused without a trap`() {
        for text in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            for length in 0..<text.utf8.count { #expect(HTTPDate.parse(text.prefix(length)) == nil) }
        }
    }

    @Test func `logs have their own forms`() {
        #expect(String(decoding: HTTPDate.formatLocal(1_795_446_000, offset: 3600), as: UTF8.self) == "23/Nov/2026:16:00:00 +0100")
        #expect(String(decoding: HTTPDate.formatISO8601(1_795_446_000, offset: -12600), as: UTF8.self) == "2026-11-23T11:30:00-03:30")
        #expect(String(decoding: HTTPDate.formatErrorLog(1_795_446_000, offset: 0), as: UTF8.self) == "2026/11/23 15:00:00")
        #expect(String(decoding: HTTPDate.formatCookie(1_795_446_000), as: UTF8.self) == "Mon, 23-Nov-26 15:00:00 GMT")
        #expect(String(decoding: HTTPDate.formatCookie(4_107_542_400), as: UTF8.self) == "Mon, 01-Mar-2100 00:00:00 GMT")
    }
}
