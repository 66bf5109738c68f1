/// A pattern that comes down to a few plain strings fixed to the start or the end of the text (`^/api/`,
/// `\.(gif|jpe?g|png)$`), which a handful of comparisons answers.
struct LiteralEnds: Sendable {
    /// The most strings a pattern may stand for, and their bytes in all.
    private static let maximumStrings = 32
    private static let maximumBytes = 512

    private enum Ending {
        case anywhere, textEnd, endOrFinalNewline
    }

    /// Bytes to compare with; where `masks` has a bit, the text may have it or not (the case bit of letters).
    private struct Literal {
        var bytes: [UInt8] = []
        var masks: [UInt8] = []
    }

    private let literals: [Literal]
    private let isAtStart: Bool
    private let ending: Ending
    /// Whether a hit is the whole answer: one string, so no second one could be the preferred match.
    let isSingle: Bool

    /// nil for a pattern of another shape.
    init?(_ node: PatternNode) {
        var items: [PatternNode] = if case .sequence(let items) = node { items } else { [node] }
        isAtStart = if case .assertion(.textStart)? = items.first { true } else { false }
        if isAtStart { items.removeFirst() }
        ending = Self.ending(of: items.last)
        if ending != .anywhere { items.removeLast() }
        guard isAtStart || ending != .anywhere, let literals = Self.strings(of: .sequence(items)) else { return nil }
        self.literals = literals
        isSingle = literals.count == 1
    }

    private static func ending(of node: PatternNode?) -> Ending {
        switch node {
        case .assertion(.textEnd)?: .textEnd
        case .assertion(.endOrFinalNewline)?: .endOrFinalNewline
        default: .anywhere
        }
    }

    /// The leftmost place where one of the strings is, nil when the pattern does not match.
    func firstMatch(in input: Span<UInt8>) -> Range<Int>? {
        var best: Range<Int>?
        for literal in literals {
            guard let range = place(of: literal, in: input) else { continue }
            if best == nil || range.lowerBound < best?.lowerBound ?? 0 { best = range }
            if isAtStart { return range }
        }
        return best
    }

    private func place(of literal: Literal, in input: Span<UInt8>) -> Range<Int>? {
        let length = literal.bytes.count
        if ending == .anywhere { return ends(literal, at: length, in: input) }
        if ending == .endOrFinalNewline, let last = input.indices.last, input[last] == UInt8(ascii: "\n"),
            let range = ends(literal, at: last, in: input)
        {
            return range
        }
        return ends(literal, at: input.count, in: input)
    }

    /// Whether the string stands just before `end`.
    private func ends(_ literal: Literal, at end: Int, in input: Span<UInt8>) -> Range<Int>? {
        let start = end - literal.bytes.count
        guard start >= 0, end <= input.count, !isAtStart || start == 0 else { return nil }
        for offset in literal.bytes.indices.reversed() where input[start + offset] | literal.masks[offset] != literal.bytes[offset] {
            return nil
        }
        return start..<end
    }

    /// Every string the node can match, nil when those are too many or not plain.
    private static func strings(of node: PatternNode) -> [Literal]? {
        switch node {
        case .empty: return [Literal()]
        case .set(let set): return letter(of: set).map { [$0] }
        case .sequence(let items):
            var products = [Literal()]
            for item in items {
                guard let choices = strings(of: item) else { return nil }
                products = products.flatMap { head in
                    choices.map { Literal(bytes: head.bytes + $0.bytes, masks: head.masks + $0.masks) }
                }
                guard isBounded(products) else { return nil }
            }
            return products
        case .alternatives(let items):
            var union: [Literal] = []
            for item in items {
                guard let choices = strings(of: item) else { return nil }
                union += choices
                guard isBounded(union) else { return nil }
            }
            return union
        case .capture(_, let body): return strings(of: body)
        case .repetition(let body, let repetition):
            guard repetition.minimum == 0, repetition.maximum == 1, let choices = strings(of: body) else { return nil }
            return [Literal()] + choices
        case .assertion, .atomic, .lookahead: return nil
        }
    }

    private static func isBounded(_ literals: [Literal]) -> Bool {
        literals.count <= maximumStrings && literals.reduce(0) { $0 + $1.bytes.count } <= maximumBytes
    }

    /// A set of one byte, or of both cases of one letter.
    private static func letter(of set: ByteSet) -> Literal? {
        let members = set.count <= 2 ? set.members : []
        if members.count == 1 { return Literal(bytes: members, masks: [0]) }
        guard members.count == 2, members[0] | 0x20 == members[1] else { return nil }
        return Literal(bytes: [members[1]], masks: [0x20])
    }
}
