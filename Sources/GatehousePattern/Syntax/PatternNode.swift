/// A pattern as a tree, after flags, escapes and case folding have been resolved into byte sets.
///
/// The parser bounds the depth, so functions over the tree may recurse.
indirect enum PatternNode: Sendable {
    /// Matches the empty string.
    case empty
    /// Matches one byte of the set.
    case set(ByteSet)
    case assertion(Assertion)
    case sequence([PatternNode])
    /// Tried from left to right.
    case alternatives([PatternNode])
    case repetition(PatternNode, Repetition)
    case capture(Int, PatternNode)
    /// `(?>…)`: what it matched is not given back.
    case atomic(PatternNode, offset: Int)
    /// `(?=…)` and `(?!…)`.
    case lookahead(PatternNode, isNegative: Bool, offset: Int)
}

/// A condition on a place between two bytes.
enum Assertion: UInt8, Sendable {
    /// `\A`, and `^` without `(?m)`.
    case textStart
    /// `\z`.
    case textEnd
    /// `\Z`, and `$` without `(?m)`: at the end, or before a newline that is the last byte.
    case endOrFinalNewline
    /// `^` with `(?m)`; PCRE leaves out the place after a newline that is the last byte.
    case lineStart
    /// `$` with `(?m)`.
    case lineEnd
    case wordBoundary
    case notWordBoundary
}

/// How often, and in which order the possibilities are tried.
struct Repetition: Sendable {
    enum Greed: Sendable {
        case greedy
        case lazy
        /// Greedy without giving back.
        case possessive
    }

    var minimum: Int
    /// nil for no limit.
    var maximum: Int?
    var greed: Greed
    /// Where the quantifier stands in the source.
    var offset: Int
}

extension PatternNode {
    /// Whether it may match without consuming a byte.
    var isNullable: Bool {
        switch self {
        case .empty, .assertion, .lookahead: true
        case .set: false
        case .sequence(let items): items.allSatisfy(\.isNullable)
        case .alternatives(let items): items.contains(where: \.isNullable)
        case .repetition(let body, let repetition): repetition.minimum == 0 || body.isNullable
        case .capture(_, let body), .atomic(let body, _): body.isNullable
        }
    }

    /// How many bytes every match consumes, nil when that varies.
    var fixedWidth: Int? {
        switch self {
        case .empty, .assertion, .lookahead: return 0
        case .set: return 1
        case .sequence(let items):
            var total = 0
            for item in items {
                guard let width = item.fixedWidth else { return nil }
                total += width
            }
            return total
        case .alternatives(let items):
            guard let width = items.first?.fixedWidth else { return nil }
            return items.allSatisfy { $0.fixedWidth == width } ? width : nil
        case .repetition(let body, let repetition):
            guard repetition.minimum == repetition.maximum, let width = body.fixedWidth else { return nil }
            let (product, overflowed) = width.multipliedReportingOverflow(by: repetition.minimum)
            return overflowed || product > 1 << 24 ? nil : product
        case .capture(_, let body), .atomic(let body, _): return body.fixedWidth
        }
    }

    var containsCapture: Bool {
        switch self {
        case .empty, .set, .assertion: false
        case .capture: true
        case .sequence(let items), .alternatives(let items): items.contains(where: \.containsCapture)
        case .repetition(let body, _), .atomic(let body, _), .lookahead(let body, _, _): body.containsCapture
        }
    }
}
