import GatehouseWire

/// Something that a rollout was told, as a line of its journal: what it decided follows from these lines alone.
package enum CanaryEvent: Sendable, Equatable {
    case blockClosed(CanaryBlock)
    case timePassed
    case promote(entirely: Bool)
    case hold
    case rollBack
    case rulesChanged(CanaryRules)
}

extension CanaryRolloutMachine {
    /// The one entrance: what is handed in here can be written down and handed in again.
    package mutating func handle(_ event: CanaryEvent, now: MonotonicInstant) -> CanaryDecision? {
        switch event {
        case .blockClosed(let block): blockClosed(block, now: now)
        case .timePassed: timePassed(now: now)
        case .promote(let entirely): promote(entirely: entirely, now: now)
        case .hold: hold()
        case .rollBack: rollBack()
        case .rulesChanged(let rules): rulesChanged(rules, now: now)
        }
    }
}

extension CanaryEvent {
    /// `block 190/1 10/0 189/9 10/1`
    package var text: String {
        switch self {
        case .blockClosed(let block):
            "block \(block.baseline.pair) \(block.canary.pair) \(block.baselineTimes.pair) \(block.canaryTimes.pair)"
        case .timePassed: "time"
        case .promote(let entirely): entirely ? "promote all" : "promote"
        case .hold: "hold"
        case .rollBack: "rollback"
        case .rulesChanged(let rules): "rules \(rules.text)"
        }
    }

    package init?(_ text: String) {
        let words = text.split(separator: " ")
        switch words.first.map(String.init) {
        case "block":
            let tallies = words.dropFirst().compactMap { CanaryTally(pair: $0) }
            guard words.count == 5, tallies.count == 4 else { return nil }
            var block = CanaryBlock()
            (block.baseline, block.canary, block.baselineTimes, block.canaryTimes) = (tallies[0], tallies[1], tallies[2], tallies[3])
            self = .blockClosed(block)
        case "time" where words.count == 1: self = .timePassed
        case "promote" where words.count == 1: self = .promote(entirely: false)
        case "promote" where words.count == 2 && words[1] == "all": self = .promote(entirely: true)
        case "hold" where words.count == 1: self = .hold
        case "rollback" where words.count == 1: self = .rollBack
        case "rules":
            guard let rules = CanaryRules(words: words.dropFirst()) else { return nil }
            self = .rulesChanged(rules)
        default: return nil
        }
    }
}

extension CanaryTally {
    /// `190/1`
    var pair: String { "\(count)/\(bad)" }

    init?(pair: Substring) {
        let halves = pair.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard halves.count == 2, let count = halves[0], let bad = halves[1], bad >= 0, count >= bad, count <= 1 << 40 else { return nil }
        self.init(count, bad: bad)
    }
}

extension CanaryRules {
    /// `steps=500:600,2000:600,10000 minimum=100 confidence=9950 tolerance=0 latency=9500:25 on_failure=rollback on_success=go`, paces in
    /// milliseconds.
    package var text: String {
        let steps = self.steps.map { step in "\(step.share.hundredths)" + (step.pace.map { ":\($0.wholeNanoseconds / 1_000_000)" } ?? "") }
        let latency = judgement.latency.map { "\($0.quantile):\($0.tolerance)\($0.includesBody ? ":last_byte" : "")" } ?? "off"
        return "steps=\(steps.joined(separator: ",")) minimum=\(judgement.minimumSample) confidence=\(judgement.confidence) "
            + "tolerance=\(judgement.tolerance) latency=\(latency) on_failure=\(onFailure.rawValue) on_success=\(onSuccess.rawValue)"
    }

    init?(words: some Collection<some StringProtocol>) {
        var fields: [String: String] = [:]
        for word in words {
            let halves = word.split(separator: "=", maxSplits: 1)
            if halves.count == 2 { fields[String(halves[0])] = String(halves[1]) }
        }
        let steps = (fields["steps"] ?? "").split(separator: ",").compactMap { Step(text: $0) }
        func number(_ name: String) -> Int? { fields[name].flatMap { Int($0) } }
        guard !steps.isEmpty, let minimum = number("minimum"), let confidence = number("confidence"), let tolerance = number("tolerance"),
            let failure = FailureAction(rawValue: fields["on_failure"] ?? ""),
            let success = SuccessAction(rawValue: fields["on_success"] ?? "")
        else { return nil }
        let latency = CanaryJudgement.Latency(text: fields["latency"] ?? "off")
        self.init(
            steps: steps,
            judgement: CanaryJudgement(minimumSample: minimum, confidence: confidence, tolerance: tolerance, latency: latency),
            onFailure: failure, onSuccess: success)
    }
}

extension CanaryJudgement.Latency {
    /// `9500:25`, `9500:25:last_byte`
    fileprivate init?(text: String) {
        let parts = text.split(separator: ":")
        guard parts.count == 2 || parts.count == 3 && parts[2] == "last_byte", let quantile = Int(parts[0]), let tolerance = Int(parts[1])
        else { return nil }
        self.init(quantile: quantile, tolerance: tolerance, includesBody: parts.count == 3)
    }
}

extension CanaryRules.Step {
    fileprivate init?(text: Substring) {
        let halves = text.split(separator: ":").map { Int($0) }
        guard let first = halves.first, let share = first else { return nil }
        self.init(share: CanaryShare(clamping: share), pace: halves.count > 1 ? halves[1].map { .milliseconds($0) } : nil)
    }
}
