import GatehouseWire

/// The state as lines of text, for the file that `state` names: a rollout goes on where it was, with the evidence it had.
extension CanaryRolloutMachine {
    /// - Parameter now: the time in the step is written as how long it has lasted.
    package func stateLines(now: MonotonicInstant) -> [String] {
        let place =
            switch state {
            case .running(let step, let since, let isWaiting):
                "running \(step) \((now - since).wholeNanoseconds) \(isWaiting ? 1 : 0)"
            case .holding(let step, let cause): "holding \(step) \(cause.rawValue)"
            case .promoted: "promoted"
            case .rolledBack: "rolled_back"
            }
        let total = CanaryEvent.blockClosed(judge.total).text
        return [
            "rules \(rules.text)", "state \(place)", "sample \(sample)", total, "errors \(judge.errors.text)",
            "latency \(judge.latency.text)",
        ]
    }

    /// - Returns: `nil` where the lines are not what `stateLines` writes.
    package init?(stateLines lines: some Collection<some StringProtocol>, now: MonotonicInstant) {
        var fields: [String: String] = [:]
        for line in lines {
            let parts = line.split(separator: " ", maxSplits: 1)
            if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
        }
        guard let rules = CanaryRules(words: (fields["rules"] ?? "").split(separator: " ")),
            let sample = fields["sample"].flatMap({ Int($0) }),
            case .blockClosed(let total)? = CanaryEvent("block \(fields["block"] ?? "")"),
            let state = State(text: fields["state"] ?? "", steps: rules.steps.count, now: now)
        else { return nil }
        self.init(rules, now: now)
        self.state = state
        self.sample = sample
        judge.total = total
        guard judge.errors.restore(fields["errors"] ?? ""), judge.latency.restore(fields["latency"] ?? "") else { return nil }
    }
}

extension CanaryRolloutMachine.State {
    fileprivate init?(text: String, steps: Int, now: MonotonicInstant) {
        let words = text.split(separator: " ")
        let step = words.count > 1 ? Int(words[1]) : 0
        guard let first = words.first, let step, step >= 0, step < steps else { return nil }
        switch first {
        case "running":
            guard words.count == 4, let elapsed = Int64(words[2]) else { return nil }
            self = .running(step: step, since: now - .nanoseconds(elapsed), isWaiting: words[3] == "1")
        case "holding":
            guard words.count == 3, let cause = CanaryRolloutMachine.HoldCause(rawValue: String(words[2])) else { return nil }
            self = .holding(step: step, cause)
        case "promoted": self = .promoted
        case "rolled_back": self = .rolledBack
        default: return nil
        }
    }
}

extension SequentialComparison {
    /// What Swift prints of a number reads back as the same number.
    fileprivate var text: String { ([reserve, known, knownBad] + stakes).map(\.description).joined(separator: " ") + " \(blocks)" }

    fileprivate mutating func restore(_ text: String) -> Bool {
        let words = text.split(separator: " ")
        let numbers = words.dropLast().compactMap { Double($0) }
        guard numbers.count == 3 + stakes.count, numbers.allSatisfy({ $0.isFinite && $0 >= 0 }), numbers[1] > 0,
            let blocks = words.last.flatMap({ Int($0) })
        else { return false }
        (reserve, known, knownBad) = (numbers[0], numbers[1], numbers[2])
        stakes = Array(numbers[3...])
        self.blocks = blocks
        return true
    }
}
