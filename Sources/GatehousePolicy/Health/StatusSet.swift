/// The statuses of `status` in a `match` block: codes and ranges, or all but these.
package struct StatusSet: Sendable, Equatable {
    package var ranges: [ClosedRange<Int>]
    package var isNegated: Bool

    package init(_ ranges: [ClosedRange<Int>], isNegated: Bool = false) {
        self.ranges = ranges
        self.isNegated = isNegated
    }

    package func contains(_ status: Int) -> Bool { ranges.contains { $0.contains(status) } != isNegated }
}
