extension PatternParser {
    /// PCRE's limit on the numbers in `{n,m}`.
    private static let maximumCount = 65_535
    /// How many quantifiers may follow each other on one atom, as in `a{2}{3}`.
    private static let maximumStackedQuantifiers = 4

    /// The atom with the quantifiers that follow it.
    mutating func quantified(_ atom: PatternNode) throws(PatternError) -> PatternNode {
        var node = atom
        var stacked = 0
        while let byte = try nextSignificant(), !isQuoting {
            let start = position
            guard let bounds = try quantifierBounds(byte) else { break }
            stacked += 1
            guard stacked <= Self.maximumStackedQuantifiers else {
                throw error("quantifier does not follow a repeatable item", at: start)
            }
            node = .repetition(node, Repetition(minimum: bounds.minimum, maximum: bounds.maximum, greed: greedSuffix(), offset: start))
        }
        return node
    }

    private mutating func quantifierBounds(_ byte: UInt8) throws(PatternError) -> (minimum: Int, maximum: Int?)? {
        switch byte {
        case UInt8(ascii: "*"):
            position += 1
            return (0, nil)
        case UInt8(ascii: "+"):
            position += 1
            return (1, nil)
        case UInt8(ascii: "?"):
            position += 1
            return (0, 1)
        case UInt8(ascii: "{"):
            guard let found = bounds(at: position) else { return nil }
            guard found.minimum <= Self.maximumCount, found.maximum ?? 0 <= Self.maximumCount else {
                throw error("number too big in {} quantifier", at: found.end - 1)
            }
            guard found.minimum <= found.maximum ?? .max else {
                throw error("numbers out of order in {} quantifier", at: found.end - 1)
            }
            position = found.end
            return (found.minimum, found.maximum)
        default:
            return nil
        }
    }

    /// Reads `{n}`, `{n,}` or `{n,m}` without moving; nil when the brace is an ordinary character.
    func bounds(at start: Int) -> (minimum: Int, maximum: Int?, end: Int)? {
        var ahead = self
        ahead.position = start + 1
        guard let minimum = ahead.takeNumber() else { return nil }
        var maximum: Int? = minimum
        if ahead.take(",") { maximum = ahead.takeNumber() }
        guard ahead.take("}") else { return nil }
        return (minimum, maximum, ahead.position)
    }

    private mutating func greedSuffix() -> Repetition.Greed {
        if take("+") {
            hasAtomicParts = true
            return .possessive
        }
        let isLazy = take("?") != flags.contains(.swapsGreed)
        return isLazy ? .lazy : .greedy
    }
}
