/// The options a pattern switches on and off within itself, as in `(?i-s)`.
struct PatternFlags: OptionSet, Sendable {
    let rawValue: UInt8

    /// `i`: letters match both cases.
    static let ignoresCase = PatternFlags(rawValue: 1)
    /// `s`: the dot matches a newline too.
    static let dotMatchesNewline = PatternFlags(rawValue: 2)
    /// `m`: `^` and `$` match at lines.
    static let matchesLines = PatternFlags(rawValue: 4)
    /// `x`: white space and comments in the source are skipped.
    static let isExtended = PatternFlags(rawValue: 8)
    /// `U`: quantifiers are lazy, and `?` makes them greedy.
    static let swapsGreed = PatternFlags(rawValue: 16)
    /// `n`: plain parentheses do not capture.
    static let capturesOnlyNamed = PatternFlags(rawValue: 32)

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init?(letter: UInt8) {
        switch letter {
        case UInt8(ascii: "i"): self = .ignoresCase
        case UInt8(ascii: "s"): self = .dotMatchesNewline
        case UInt8(ascii: "m"): self = .matchesLines
        case UInt8(ascii: "x"): self = .isExtended
        case UInt8(ascii: "U"): self = .swapsGreed
        case UInt8(ascii: "n"): self = .capturesOnlyNamed
        default: return nil
        }
    }
}
