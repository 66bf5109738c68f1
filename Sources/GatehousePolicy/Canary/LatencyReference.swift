import GatehouseWire

/// A quantile of the baseline's times: what a request is called slow by. Counts in buckets of 1.6 % width; old ones fade.
package struct LatencyReference: Sendable, Equatable {
    /// Buckets of one power of two.
    private static let fineness = 64
    private static let first = 10
    /// From a microsecond (2¹⁰ ns) to over an hour (2⁴² ns).
    private static let buckets = (42 - first) * fineness

    private var counts = [Int32](repeating: 0, count: buckets)
    private var total = 0

    package init() {}

    package mutating func add(_ time: Duration) {
        counts[Self.bucket(time)] += 1
        total += 1
        if total >= 8192 { fade() }
    }

    /// The time that a share of `hundredths` hundredths of a percent doesn't exceed; `nil` as long as 100 times are not known.
    package func quantile(_ hundredths: Int) -> Duration? {
        if total < 100 { return nil }
        let wanted = (total * hundredths + 9999) / 10000
        var sum = 0
        for (bucket, count) in counts.enumerated() {
            sum += Int(count)
            if sum >= wanted { return Self.upperBound(of: bucket) }
        }
        return nil
    }

    private mutating func fade() {
        total = 0
        for bucket in counts.indices {
            counts[bucket] /= 2
            total += Int(counts[bucket])
        }
    }

    private static func bucket(_ time: Duration) -> Int {
        let nanoseconds = UInt64(max(1 << Int64(first), time.wholeNanoseconds))
        let exponent = 63 - nanoseconds.leadingZeroBitCount
        let fraction = Int((nanoseconds << UInt64(63 - exponent)) >> 57) & (fineness - 1)
        return min(buckets - 1, (exponent - first) * fineness + fraction)
    }

    private static func upperBound(of bucket: Int) -> Duration {
        let power = Int64(1) << Int64(first + bucket / fineness)
        return .nanoseconds(power + power / Int64(fineness) * Int64(bucket % fineness + 1))
    }
}
