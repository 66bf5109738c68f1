import GatehousePolicy

/// The table of `Documentation/Canary.md`: many rollouts in virtual time, and what became of them.
///
///     gatehouse-bench --canary-simulation [ROLLOUTS]
enum CanarySimulations {
    private struct Row {
        var name: String
        var simulation: CanarySimulation
    }

    static func print(rollouts: Int) {
        Swift.print("| versions | rolled back | promoted | canary's requests after it became worse, median / 99 % / most |")
        Swift.print("|---|---|---|---|")
        for row in rows { Swift.print(line(row, rollouts)) }
    }

    private static let rules = CanaryRules(
        steps: [(500, 600), (2000, 600), (5000, 1200)].map { share, seconds in
            CanaryRules.Step(share: CanaryShare(clamping: share), pace: .seconds(seconds))
        } + [CanaryRules.Step(share: .all)])

    private static var rows: [Row] {
        func row(_ name: String, _ canary: CanarySimulation.Version, failing: Double = 0.01, after: Int = 0, each: Int = 20) -> Row {
            Row(
                name: name,
                simulation: CanarySimulation(
                    rules: rules, baseline: .init(failing: failing), canary: canary, onset: .seconds(after), requestsPerSecond: each))
        }
        return [
            row("equal, 1 % failing", .init()),
            row("equal, 0.1 % failing, 100 requests/s", .init(failing: 0.001), failing: 0.001, each: 100),
            row("equal, 20 % failing", .init(failing: 0.2), failing: 0.2),
            row("canary 25 % slower, as tolerated", .init(slowness: 1.25)),
            row("fails 6 % instead of 1 %", .init(failing: 0.06)),
            row("fails 5 % instead of 0 %", .init(failing: 0.05), failing: 0),
            row("fails 15 % instead of 10 %", .init(failing: 0.15), failing: 0.1),
            row("fails 6 % instead of 1 %, from minute 25 on", .init(failing: 0.06), after: 1500),
            row("fails always", .init(failing: 1)),
            row("twice as slow", .init(slowness: 2)),
            row("twice as slow, from minute 25 on", .init(slowness: 2), after: 1500),
            row("every fourth request four times as slow", .init(slowness: 4, slowShare: 0.25)),
        ]
    }

    private static func line(_ row: Row, _ rollouts: Int) -> String {
        let outcomes = (0..<rollouts).map { row.simulation.run(seed: UInt64($0)) }
        let back = outcomes.filter { $0.state == .rolledBack }
        let promoted = outcomes.count { $0.state == .promoted }
        let counts = back.map(\.badRequests).sorted()
        let spread = counts.isEmpty ? [] : [counts.count / 2, (counts.count - 1) * 99 / 100, counts.count - 1].map { "\(counts[$0])" }
        let shown = counts.count < rollouts / 2 ? "" : spread.joined(separator: " / ")
        return "| \(row.name) | \(back.count) of \(rollouts) | \(promoted) | \(shown) |"
    }
}
