/// Ports of a list such as `80 443 1024-65535`.
package struct PortSet: Sendable, Equatable {
    package var ranges: [ClosedRange<Int>]

    package init(_ ranges: [ClosedRange<Int>]) { self.ranges = ranges }

    package func contains(_ port: Int) -> Bool { ranges.contains { $0.contains(port) } }

    /// Reads `443` or `8000-8999`; `nil` for anything else, and for ports outside of 1 to 65535.
    package static func range(_ text: String) -> ClosedRange<Int>? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count),
            parts.allSatisfy({ (1...5).contains($0.utf8.count) && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let first = Int(parts[0]), let last = Int(parts[parts.count - 1]), first >= 1, first <= last, last <= 65535
        else { return nil }
        return first...last
    }
}
