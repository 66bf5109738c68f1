import Testing

@testable import Gatehouse

@Suite struct RateLimitTests {
    @Test(arguments: [
        (1000, 0, 0, 0), (1000, 0, 500, 500), (1000, 400, 400, 0), (1000, 400, 2400, 2000), (3, 0, 1, 333),
    ])
    func `bytes are due when those before them are paid for`(rate: Int, burst: Int, sent: Int, milliseconds: Int) {
        let due = RateLimit(rate: rate, burst: burst).due(afterSending: sent)
        #expect(due >= .milliseconds(milliseconds) && due < .milliseconds(milliseconds + 1))
    }

    @Test func `a huge answer at a low rate does not overflow`() {
        #expect(RateLimit(rate: 1, burst: 0).due(afterSending: 1 << 50) == .seconds(1 << 50))
    }

    @Test func `a piece is a quarter of a second, the burst goes at once, and one byte is the least`() {
        let limit = RateLimit(rate: 4000, burst: 10_000)
        #expect(limit.piece(afterSending: 0) == 11_000)
        #expect(limit.piece(afterSending: 12_000) == 1000)
        #expect(RateLimit(rate: 1, burst: 0).piece(afterSending: 0) == 1)
    }

    @Test(arguments: [("10", 10), ("2k", 2048), ("1M", 1 << 20), ("0", 0), ("", nil), ("k", nil), ("-1", nil), ("9999999999999999m", nil)])
    func `sizes are read as the configuration writes them`(text: String, expected: Int?) {
        #expect(RateLimit.size(Array(text.utf8)) == expected)
    }
}
