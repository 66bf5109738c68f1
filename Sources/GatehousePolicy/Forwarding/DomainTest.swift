import GatehousePattern
import GatehouseWire

/// Names and sets of names that a destination's name is compared with.
package struct DomainTest: Sendable {
    /// Names that stand for themselves.
    package var names: [[UInt8]] = []
    /// Names that stand for themselves and all below them; with a dot before them, for what is below only.
    package var suffixes: [[UInt8]] = []
    package var patterns: [Pattern] = []
    /// Numbers of the caller's.
    package var sets: [Int] = []

    package init() {}

    func holds(_ host: [UInt8], sets all: [DomainSet]) -> Bool {
        if names.contains(host) { return true }
        if suffixes.contains(where: { Self.isBelow(host, $0) }) { return true }
        if sets.contains(where: { $0 < all.count && all[$0].contains(host.span) }) { return true }
        var captures: [Int] = []
        return patterns.contains { $0.firstMatch(in: host.span, captures: &captures) }
    }

    private static func isBelow(_ host: [UInt8], _ suffix: [UInt8]) -> Bool {
        guard host.count >= suffix.count, host[(host.count - suffix.count)...].elementsEqual(suffix) else { return false }
        // A suffix that begins with a dot leaves the name itself out.
        return suffix.first == UInt8(ascii: ".") ? host.count > suffix.count : isWhole(host, suffix)
    }

    private static func isWhole(_ host: [UInt8], _ suffix: [UInt8]) -> Bool {
        host.count == suffix.count || host[host.count - suffix.count - 1] == UInt8(ascii: ".")
    }
}
