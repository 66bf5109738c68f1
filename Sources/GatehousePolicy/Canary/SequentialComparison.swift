/// Whether bad results are more frequent in the canary than in the baseline, asked after every block and never too often: the evidence
/// exceeds 1/α at any time at all with a probability of at most α as long as the canary is no worse.
///
/// It is an e-process. For one alternative, a baseline rate b and a canary rate c > b, a block of n_b and n_c results is worth
///
///     S = Π P(yᵢ; b)/P(yᵢ; m) · Π P(yⱼ; c)/P(yⱼ; m)      with m = (n_b·b + n_c·c) / (n_b + n_c)
///
/// whose expectation is at most 1 for every common rate of both versions (Turner, Ly, Grünwald: Generic E-variables for exact sequential
/// k-sample tests that allow for optional stopping, 2024, theorem 1), whatever that rate is and was before: a database that fails
/// under both is no evidence. Two mixtures follow, and a mixture of e-processes is one: over alternatives (odds ratios), and over the block
/// with which the canary began to be worse (as in Shin, Ramdas, Rinaldo: E-detectors, 2024), so that a version which was sound
/// for an hour is found as well. Ville's inequality then bounds how often the evidence exceeds 1/α.
package struct SequentialComparison: Sendable, Equatable {
    /// By how much the odds of a bad result may have grown.
    static let oddsRatios: [Double] = [1.4, 2, 3, 6, 12, 30, 80, 200]
    /// The start at block t gets `pace`/((t + pace)(t + pace + 1)) of one half; the other half starts at once.
    private static let pace = 256.0
    /// Results of the baseline before which nothing is said: its rate is not known well enough to bet on.
    private static let lesson = 50.0

    /// The stake on each odds ratio, multiplied by each block's worth.
    var stakes: [Double]
    /// What is not staked yet: the starts to come.
    var reserve = 0.5
    var blocks = 0
    /// The baseline's results so far, old ones fading.
    var known: Double
    var knownBad: Double
    private let tolerance: Double

    private static let firstStakes = [Double](repeating: 0.5 / Double(oddsRatios.count), count: oddsRatios.count)

    /// - Parameters:
    ///   - rate: what the baseline's rate is taken for before anything is known.
    ///   - tolerance: the canary may have the baseline's rate plus this share of the rest.
    init(expecting rate: Double, tolerance: Double = 0) {
        stakes = Self.firstStakes
        known = 10
        knownBad = 10 * rate
        self.tolerance = tolerance
    }

    /// How many times more the results support that the canary is worse than that it isn't.
    package var evidence: Double { stakes.reduce(reserve, +) }

    /// Takes in what both versions answered over the same time. A block without results of both teaches, and decides nothing.
    mutating func add(baseline: CanaryTally, canary: CanaryTally) {
        if baseline.count > 0 && canary.count > 0 && known >= Self.lesson { bet(baseline, canary) }
        learn(baseline)
    }

    /// Forgets the evidence, and keeps what is known of the baseline.
    mutating func restart() {
        stakes = Self.firstStakes
        reserve = 0.5
        blocks = 0
    }

    private mutating func bet(_ baseline: CanaryTally, _ canary: CanaryTally) {
        let time = Double(blocks) + Self.pace
        let fresh = 0.5 * Self.pace / (time * (time + 1))
        reserve -= fresh
        blocks += 1
        let rate = knownBad / known
        // A bad result of the baseline, or a good one that the tolerance would let pass for bad.
        let reached = rate + (1 - rate) * tolerance
        for (place, ratio) in Self.oddsRatios.enumerated() {
            let worse = ratio * reached / (1 - reached + ratio * reached)
            let stake = stakes[place] + fresh / Double(Self.oddsRatios.count)
            let grown = stake * worth(of: baseline, at: reached, and: canary, at: worse)
            // Far above every threshold, and far from overflow. What isn't a number is an overflow times nothing.
            stakes[place] = grown.isNaN ? 0 : min(1e100, grown)
        }
    }

    private func worth(of baseline: CanaryTally, at rate: Double, and canary: CanaryTally, at worse: Double) -> Double {
        let counts = (baseline: Double(baseline.count), canary: Double(canary.count))
        let mean = (counts.baseline * rate + counts.canary * worse) / (counts.baseline + counts.canary)
        let bad = rate / mean
        let good = (1 - tolerance) * (1 - rate) / (1 - mean) + tolerance * bad
        return power(bad, baseline.bad) * power(good, baseline.count - baseline.bad)
            * power(worse / mean, canary.bad) * power((1 - worse) / (1 - mean), canary.count - canary.bad)
    }

    private mutating func learn(_ baseline: CanaryTally) {
        known += Double(baseline.count)
        knownBad += Double(baseline.bad)
        if known > 20000 {
            known /= 2
            knownBad /= 2
        }
    }

    /// By squaring: the standard library has no logarithm, and exact products replay alike everywhere.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= square }
            square *= square
            rest >>= 1
        }
        return result
    }
}
