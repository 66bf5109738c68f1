import GatehouseWire
import Testing

@testable import GatehousePolicy

struct ConnectionCountsTests {
    @Test func `each key has its own limit, and what leaves makes room`() {
        var counts = ConnectionCounts(capacity: 8)
        var entries: [ConnectionCounts.Entry] = []
        for key in [[1], [1], [1], [2]] as [[UInt8]] { entries.append(counts.enter(key, limit: 2)) }
        #expect(entries == [.entered, .entered, .limitReached, .entered])
        counts.leave([1])
        let again = counts.enter([1], limit: 2)
        #expect(again == .entered)
    }

    @Test func `keys beyond the zone's size are refused until another has nothing left`() {
        var counts = ConnectionCounts(capacity: 2)
        let entries = [counts.enter([1], limit: 5), counts.enter([2], limit: 5), counts.enter([3], limit: 5), counts.enter([1], limit: 5)]
        #expect(entries == [.entered, .entered, .noRoom, .entered])
        counts.leave([1])
        let early = counts.enter([3], limit: 5)
        counts.leave([1])
        let late = counts.enter([3], limit: 5)
        #expect((early, late) == (.noRoom, .entered))
        #expect(counts.keys == 2)
    }

    @Test func `a key that never entered cannot leave`() {
        var counts = ConnectionCounts(capacity: 2)
        counts.leave([7])
        #expect(counts.keys == 0)
    }
}

struct TokenBucketTests {
    static let start = MonotonicInstant.origin + .seconds(100)
    static let rate = TokenBucket.Rate(bytes: 1000, burst: 500)

    @Test(arguments: [
        // Bytes one after the other, and when the next may go.
        ([400], Duration.zero), ([500], .zero), ([600], .milliseconds(100)), ([500, 500], .milliseconds(500)),
        ([5000], .milliseconds(4500)), ([0], .zero), ([1 << 40], .milliseconds(1 << 40) - .milliseconds(500)),
    ])
    func `what goes beyond the burst is waited for`(_ counts: [Int], _ wait: Duration) {
        var bucket = TokenBucket(now: Self.start)
        var due = Self.start
        for count in counts { due = bucket.spend(count, Self.rate, now: Self.start) }
        #expect(due == Self.start + wait)
        #expect(bucket.due(Self.rate, now: Self.start) == due)
    }

    @Test func `over time the rate holds, and a pause gives no more than the burst`() {
        var bucket = TokenBucket(now: Self.start)
        var now = Self.start
        for _ in 0..<100 { now = bucket.spend(250, Self.rate, now: now) }
        #expect(now == Self.start + .milliseconds(100 * 250 - 500))
        now += .seconds(3600)
        #expect(bucket.isUnused(now: now))
        let due = bucket.spend(1500, Self.rate, now: now)
        #expect(due == now + .seconds(1))
    }
}

struct BandwidthTableTests {
    static let start = MonotonicInstant.origin + .seconds(100)
    func table(_ capacity: Int) -> BandwidthTable { BandwidthTable(rate: TokenBucketTests.rate, capacity: capacity, now: Self.start) }

    @Test func `keys do not slow each other`() {
        var table = table(4)
        let first = table.spend(1500, of: [1], now: Self.start)
        let second = table.spend(100, of: [2], now: Self.start)
        #expect((first, second) == (Self.start + .seconds(1), Self.start))
        #expect(table.due([1], now: Self.start) == first)
        #expect(table.due([3], now: Self.start) == Self.start)
    }

    @Test func `keys beyond its size share one bucket until others are quiet`() {
        var table = table(2)
        for key: UInt8 in 1...2 { _ = table.spend(1500, of: [key], now: Self.start) }
        let third = table.spend(1000, of: [3], now: Self.start)
        let fourth = table.spend(1000, of: [4], now: Self.start)
        #expect((third, fourth) == (Self.start + .milliseconds(500), Self.start + .milliseconds(1500)))
        #expect(table.due([5], now: Self.start) == fourth)
        #expect(table.keys == 2)
        let later = Self.start + .seconds(2)
        let own = table.spend(100, of: [5], now: later)
        #expect(own == later)
        #expect(table.keys == 1)
    }

    @Test func `a new rate holds for what is spent from then on`() {
        var table = table(2)
        _ = table.spend(1500, of: [1], now: Self.start)
        table.adopt(rate: TokenBucket.Rate(bytes: 1_000_000, burst: 0), capacity: 2)
        #expect(table.due([1], now: Self.start) == Self.start + .milliseconds(1500))
    }
}
