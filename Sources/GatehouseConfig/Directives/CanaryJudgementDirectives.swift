import GatehousePolicy

/// What the judge of a `canary` block looks at, and how sure it must be.
enum CanaryJudgementDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow("sample", .canary, .exactly(1), default: "100", "Results of the canary that each step needs.") { reader in
            reader.scope.canary.settings.rules.judgement.minimumSample = try reader.integer(0, in: 0...1_000_000_000)
        },
        DirectiveRow("errors", .canary, .atLeast(1), default: "500-599 reset timeout", "What counts as a failure.", read: errors),
        DirectiveRow("tolerance", .canary, .exactly(1), default: "0%", "How much more often the canary may fail.") { reader in
            guard let share = CanaryShare(reader.string(0)), share < .all else { throw invalidPercentage(reader, at: 0) }
            reader.scope.canary.settings.rules.judgement.tolerance = share.hundredths
        },
        DirectiveRow(
            "latency", .canary, .between(1, 3), default: "p95 tolerance=25%", "The quantile of times that is compared, or \"off\".",
            read: latency),
        DirectiveRow("confidence", .canary, .exactly(1), default: "99.5%", "How sure the judge must be to stop a rollout.") { reader in
            guard let share = CanaryShare(reader.string(0)), share.hundredths >= 5000, share < .all else {
                throw reader.refuse("takes a percentage from 50% to 99.99%", at: 0)
            }
            reader.scope.canary.settings.rules.judgement.confidence = share.hundredths
        },
    ]

    private static func invalidPercentage(_ reader: DirectiveReader, at index: Int) -> ConfigurationError {
        reader.fail("invalid percentage \"\(reader.string(index))\"", at: index)
    }

    /// `500-599 429 reset timeout`
    private static func errors(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var failures = CanaryFailures(statuses: [], countsResets: false, countsTimeouts: false)
        for index in 0..<reader.count {
            switch reader.string(index) {
            case "reset": failures.countsResets = true
            case "timeout": failures.countsTimeouts = true
            case let text:
                let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { Quantity.integer($0.utf8) }
                guard ends.count <= 2, let first = ends[0], let last = ends[ends.count - 1], (100...599).contains(first),
                    (first...599).contains(last)
                else {
                    throw reader.fail(
                        "invalid status \"\(text)\"", at: index, hints: ["\"errors\" takes 503, 500-599, \"reset\" and \"timeout\""])
                }
                failures.statuses.append(first...last)
            }
        }
        reader.scope.canary.settings.failures = failures
    }

    /// `off`, `p95`, `p99.9 tolerance=10% last_byte`
    private static func latency(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.string(0) == "off" && reader.count == 1 {
            reader.scope.canary.settings.rules.judgement.latency = nil
            return
        }
        guard reader.string(0).hasPrefix("p"), let quantile = CanaryShare(String(reader.string(0).dropFirst()) + "%"), quantile > .none,
            quantile < .all
        else { throw reader.refuse("takes \"off\" or a quantile such as p95", at: 0) }
        var rule = CanaryJudgement.Latency(quantile: quantile.hundredths)
        for index in 1..<reader.count {
            switch reader.keyValue(index) {
            case ("last_byte", nil): rule.includesBody = true
            case ("tolerance", let value?):
                guard value.hasSuffix("%"), let tolerance = Quantity.integer(value.utf8.dropLast()), tolerance <= 10000 else {
                    throw reader.fail("invalid parameter \"\(reader.string(index))\"", at: index)
                }
                rule.tolerance = tolerance
            default: throw reader.fail("invalid parameter \"\(reader.string(index))\"", at: index)
            }
        }
        reader.scope.canary.settings.rules.judgement.latency = rule
    }
}
