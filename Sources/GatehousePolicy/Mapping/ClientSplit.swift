/// nginx's `split_clients`: a text falls by its hash into one of several parts of the whole.
package struct ClientSplit: Sendable, Equatable {
    /// One part of the whole.
    package enum Part: Sendable, Equatable {
        /// Hundredths of a percent: 50 stands for `0.5%`.
        case hundredths(Int)
        /// `*`
        case rest

        /// Reads `*`, `30%` or `0.5%`; `nil` where nginx says "invalid percent value".
        package init?(_ text: String) {
            if text == "*" {
                self = .rest
                return
            }
            let digits = Array(text.utf8)
            guard digits.last == UInt8(ascii: "%"), let value = Self.parse(digits.dropLast()), value > 0 else { return nil }
            self = .hundredths(value)
        }

        private static func parse(_ digits: ArraySlice<UInt8>) -> Int? {
            let halves = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
            let fraction = halves.count > 1 ? Array(halves[1]) : []
            let all = Array(halves.first ?? []) + fraction + [UInt8](repeating: 0x30, count: max(0, 2 - fraction.count))
            guard !digits.isEmpty, fraction.count <= 2, all.count <= 9 else { return nil }
            return all.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } ? all.reduce(0) { $0 * 10 + Int($1 - 0x30) } : nil
        }
    }

    /// For each part the hash below which a text belongs to it, if to none before; `nil` takes all.
    private var bounds: [UInt32?] = []

    /// `nil` where the parts are more than the whole (nginx: "percent total is greater than 100%").
    package init?(_ parts: [Part]) {
        var sum = 0
        var last: UInt32 = 0
        for part in parts {
            switch part {
            case .hundredths(let share):
                sum += share
                last &+= UInt32(truncatingIfNeeded: UInt64(max(0, share)) * 0xffff_ffff / 10000)
            case .rest:
                sum = 10000
            }
            if sum > 10000 { return nil }
            bounds.append(sum == 10000 ? nil : last)
        }
    }

    /// The part a text belongs to, by its place in the list; `nil` where the parts leave room.
    package func part(for text: Span<UInt8>) -> Int? {
        let hash = MurmurHash2.hash(text)
        return bounds.firstIndex { bound in bound.map { hash < $0 } ?? true }
    }
}
