import GatehouseWire

/// What came of the requests of the last while: two halves, of which the older is dropped when the younger is full.
struct OutlierWindow: Sendable {
    struct Tally: Sendable {
        var count = 0
        var failures = 0
        /// Requests whose time is known, and the sum of its logarithms.
        var timed = 0
        var logarithms = 0

        static func + (left: Tally, right: Tally) -> Tally {
            Tally(
                count: left.count + right.count, failures: left.failures + right.failures, timed: left.timed + right.timed,
                logarithms: left.logarithms + right.logarithms)
        }
    }

    private var half: Int64 = 0
    private var current = Tally()
    private var previous = Tally()

    mutating func total(now: MonotonicInstant, window: Duration) -> Tally {
        let half = now.nanoseconds / max(1, window.wholeNanoseconds / 2)
        if half != self.half {
            previous = half == self.half + 1 ? current : Tally()
            current = Tally()
            self.half = half
        }
        return current + previous
    }

    mutating func count(failed: Bool, logarithm: Int?, now: MonotonicInstant, window: Duration) -> Tally {
        _ = total(now: now, window: window)
        current.count += 1
        if failed { current.failures += 1 }
        if let logarithm {
            current.timed += 1
            current.logarithms += logarithm
        }
        return current + previous
    }
}

extension Duration {
    /// Its logarithm to the base of 2, in 1/1024, as a straight line between powers of two: so that means are geometric, and one slow
    /// answer among many weighs little.
    var binaryLogarithm: Int { Self.binaryLogarithm(UInt64(max(1, wholeNanoseconds))) }

    static func binaryLogarithm(_ number: UInt64) -> Int {
        let exponent = 63 - number.leadingZeroBitCount
        let mantissa = number << UInt64(63 - exponent)
        return exponent << 10 + Int((mantissa << 1) >> 54)
    }

    /// The inverse, for messages and comparisons.
    init(binaryLogarithm: Int) {
        // A negative shift count shifts the other way.
        let mantissa = Int64(1024 + binaryLogarithm & 1023)
        self = .nanoseconds(mantissa << min(51, binaryLogarithm >> 10 - 10))
    }
}
