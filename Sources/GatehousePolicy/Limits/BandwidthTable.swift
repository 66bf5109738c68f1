import GatehouseWire

/// A token bucket for each key: the state of one `limit_bandwidth_zone`. As many keys as it has room for.
///
/// A bucket whose owner has been quiet is as good as none, and makes room. While all are in use, further keys share one bucket: they get
/// less than they might, but never more than the zone gives to a single one.
package struct BandwidthTable: Sendable {
    package private(set) var rate: TokenBucket.Rate
    private var capacity: Int
    private var buckets: [[UInt8]: TokenBucket] = [:]
    private var shared: TokenBucket
    /// Looking for quiet ones earlier would find none.
    private var nextSweep: MonotonicInstant

    /// - Parameter capacity: keys at most.
    package init(rate: TokenBucket.Rate, capacity: Int, now: MonotonicInstant) {
        self.rate = rate
        self.capacity = capacity
        shared = TokenBucket(now: now)
        nextSweep = now
    }

    /// A new configuration; what was spent stays spent.
    package mutating func adopt(rate: TokenBucket.Rate, capacity: Int) {
        self.rate = rate
        self.capacity = capacity
    }

    /// When the next bytes of `key` may go.
    package func due(_ key: [UInt8], now: MonotonicInstant) -> MonotonicInstant {
        if let bucket = buckets[key] { return bucket.due(rate, now: now) }
        return buckets.count < capacity || nextSweep <= now ? now : shared.due(rate, now: now)
    }

    /// `count` bytes of `key` went.
    /// - Returns: when more may go.
    package mutating func spend(_ count: Int, of key: [UInt8], now: MonotonicInstant) -> MonotonicInstant {
        if buckets[key] == nil && buckets.count >= capacity { sweep(now: now) }
        if buckets[key] == nil && buckets.count >= capacity { return shared.spend(count, rate, now: now) }
        return buckets[key, default: TokenBucket(now: now)].spend(count, rate, now: now)
    }

    private mutating func sweep(now: MonotonicInstant) {
        if nextSweep > now { return }
        buckets = buckets.filter { !$1.isUnused(now: now) }
        // At the latest when the first of those that are left may be unused.
        nextSweep = buckets.values.map(\.unusedAt).min() ?? now
    }

    /// Keys with a bucket of their own.
    package var keys: Int { buckets.count }
}
