/// How much of the traffic a canary gets, in hundredths of a percent.
package struct CanaryShare: Sendable, Hashable, Comparable {
    /// 0 to 10000.
    package let hundredths: Int

    package static let none = CanaryShare(clamping: 0)
    package static let all = CanaryShare(clamping: 10000)

    package init(clamping hundredths: Int) { self.hundredths = min(10000, max(0, hundredths)) }

    /// Reads `5%`, `0.25%` or `100%`; `nil` for anything else, and for more than the whole.
    package init?(_ text: String) {
        guard text.utf8.last == UInt8(ascii: "%"), let value = Self.hundredths(text.utf8.dropLast()), value <= 10000 else { return nil }
        hundredths = value
    }

    /// Whether who has this place is in. A share that grows keeps everybody who was in before.
    package func contains(_ place: CanaryPlace) -> Bool { UInt64(place.value) * 10000 < UInt64(hundredths) << 32 }

    package static func < (left: CanaryShare, right: CanaryShare) -> Bool { left.hundredths < right.hundredths }

    /// A decimal number with at most two digits after its point, in hundredths.
    static func hundredths(_ text: some Collection<UInt8>) -> Int? {
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? Array(parts[1]) : []
        let padding = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 2 - fraction.count))
        let digits = Array(parts[0]) + fraction + padding
        guard !parts[0].isEmpty, fraction.count <= 2, parts.count == 1 || !fraction.isEmpty, digits.count <= 9 else { return nil }
        guard digits.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}

extension CanaryShare: CustomStringConvertible {
    /// `5%`, `0.25%`
    package var description: String { "\(Self.decimal(hundredths))%" }

    /// A number of hundredths as a decimal number, without zeros at its end.
    static func decimal(_ hundredths: Int) -> String {
        let whole = "\(hundredths / 100)"
        switch hundredths % 100 {
        case 0: return whole
        case let rest where rest % 10 == 0: return "\(whole).\(rest / 10)"
        case let rest: return "\(whole).\(rest / 10)\(rest % 10)"
        }
    }
}
