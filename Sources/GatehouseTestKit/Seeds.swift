internal import Glibc

/// The seeds a scenario is run with: a range, or what the environment variable `GATEHOUSE_SEED` says.
///
/// With `GATEHOUSE_SEED=17` only that seed is run, to see a failure again; with `GATEHOUSE_SEED=0..<100000` more of them than usual. As
/// arguments of a Swift Testing test, each seed is a case of its own, and the name of one that fails shows its seed:
///
/// ```swift
/// @Test(arguments: Seeds(0..<200))
/// func `no lease is lost`(seed: UInt64) throws { … }
/// ```
///
/// Elsewhere `run` runs them all and throws a `SeedFailure` that names the first seed that failed.
public struct Seeds: RandomAccessCollection, Sendable {
    private let range: Range<UInt64>

    /// - Parameters:
    ///   - range: the seeds that are run when the environment names no others.
    ///   - variable: the environment variable that is looked at.
    public init(_ range: Range<UInt64>, variable: String = "GATEHOUSE_SEED") {
        self.init(range, override: Self.environment(variable))
    }

    /// The same with the text of the environment variable given. A text that is neither a number nor a range changes nothing.
    init(_ range: Range<UInt64>, override: String?) {
        self.range = override.flatMap(Self.parse) ?? range
    }

    /// The place of the first seed.
    public var startIndex: Int { 0 }
    /// The place behind the last seed.
    public var endIndex: Int { range.count }
    /// The seed at a place.
    public subscript(position: Int) -> UInt64 { range.lowerBound + UInt64(position) }

    /// Runs a scenario with each seed, from the first to the last.
    /// - Parameter scenario: starts its tasks and calls `SeededSchedule.run`; throws when something is not as it should be.
    /// - Throws: the first failure, with its seed.
    public func run(_ scenario: (SeededSchedule) throws -> Void) throws(SeedFailure) {
        for seed in self {
            do {
                try scenario(SeededSchedule(seed: seed))
            } catch {
                throw SeedFailure(seed: seed, cause: error)
            }
        }
    }

    private static func parse(_ text: String) -> Range<UInt64>? {
        if let seed = UInt64(text), seed < .max { return seed..<seed + 1 }
        guard let dots = text.firstRange(of: "..<"), let first = UInt64(text[..<dots.lowerBound]),
            let end = UInt64(text[dots.upperBound...]), first < end
        else { return nil }
        return first..<end
    }

    private static func environment(_ name: String) -> String? {
        // The text is copied at once; nothing here changes the environment.
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}

/// A scenario failed with one of its seeds.
public struct SeedFailure: Error, CustomStringConvertible {
    /// The seed that shows the failure again.
    public let seed: UInt64
    /// What the scenario threw.
    public let cause: any Error

    /// The cause, and how to see it again.
    public var description: String { "with seed \(seed): \(cause); GATEHOUSE_SEED=\(seed) runs only that" }
}
