/// Possessive quantifiers and atomic groups never give back what they took. A linear matcher cannot promise that in
/// general, but often giving back could not help anyway: `[^/]++/`. This check lets those pass and refuses the others.
struct AtomicCheck {
    /// What may follow at some place of the pattern.
    private struct Continuation {
        /// The first bytes of what follows.
        var bytes = ByteSet()
        /// Whether the pattern may end here.
        var mayEnd = false
        /// Whether an assertion stands before that end.
        var isConditional = false
    }

    static func verify(_ node: PatternNode) throws(PatternError) {
        _ = try check(node, before: Continuation(mayEnd: true))
    }

    /// Checks a node, given what follows it; returns what may follow at its own start.
    private static func check(_ node: PatternNode, before next: Continuation) throws(PatternError) -> Continuation {
        switch node {
        case .empty: return next
        case .set(let set): return Continuation(bytes: set)
        case .assertion(let assertion): return restricted(next, by: assertion)
        case .lookahead(let body, _, _):
            _ = try check(body, before: Continuation(mayEnd: true))
            return Continuation(bytes: next.bytes, mayEnd: next.mayEnd, isConditional: true)
        case .sequence(let items):
            var continuation = next
            for item in items.reversed() { continuation = try check(item, before: continuation) }
            return continuation
        case .alternatives(let items):
            var union = Continuation()
            for item in items { union = merged(union, try check(item, before: next)) }
            return union
        case .capture(_, let body): return try check(body, before: next)
        case .repetition(let body, let repetition): return try check(body, repetition, before: next)
        case .atomic(let body, let offset): return try check(atomic: body, at: offset, before: next)
        }
    }

    private static func check(
        _ body: PatternNode, _ repetition: Repetition, before next: Continuation
    ) throws(PatternError) -> Continuation {
        if repetition.greed == .possessive, repetition.minimum != repetition.maximum || !isSingleWay(body) {
            guard case .set(let set) = body, isDisjoint(set, next) else { throw refusal("a possessive quantifier", repetition.offset) }
        }
        let inside = repetition.maximum == 1 ? next : merged(next, start(of: body, before: next))
        let first = try check(body, before: inside)
        return repetition.minimum == 0 ? merged(first, next) : first
    }

    /// What may follow at the start of the node, without checking what is within.
    private static func start(of node: PatternNode, before next: Continuation) -> Continuation {
        switch node {
        case .empty: next
        case .set(let set): Continuation(bytes: set)
        case .assertion(let assertion): restricted(next, by: assertion)
        case .lookahead: Continuation(bytes: next.bytes, mayEnd: next.mayEnd, isConditional: true)
        case .sequence(let items): items.reversed().reduce(next) { start(of: $1, before: $0) }
        case .alternatives(let items): items.reduce(Continuation()) { merged($0, start(of: $1, before: next)) }
        case .capture(_, let body), .atomic(let body, _): start(of: body, before: next)
        case .repetition(let body, let repetition):
            repetition.minimum == 0 ? merged(start(of: body, before: next), next) : start(of: body, before: next)
        }
    }

    private static func check(atomic body: PatternNode, at offset: Int, before next: Continuation) throws(PatternError) -> Continuation {
        if case .repetition(.set(let set), let repetition) = body, repetition.greed == .greedy {
            guard isDisjoint(set, next) else { throw refusal("an atomic group", offset) }
        } else if !isSingleWay(body) {
            throw refusal("an atomic group", offset)
        }
        return try check(body, before: next)
    }

    /// Whether a match of the node can end at one place only, so that there is nothing to give back.
    private static func isSingleWay(_ node: PatternNode) -> Bool {
        switch node {
        case .empty, .set, .assertion, .lookahead: true
        case .sequence(let items): items.allSatisfy(isSingleWay)
        case .alternatives: node.fixedWidth != nil && !node.containsCapture
        case .capture(_, let body): isSingleWay(body)
        case .repetition(let body, let repetition): repetition.minimum == repetition.maximum && isSingleWay(body)
        case .atomic: true
        }
    }

    /// Whether nothing that follows could go on after fewer bytes of the set.
    private static func isDisjoint(_ set: ByteSet, _ next: Continuation) -> Bool {
        set.intersection(next.bytes).isEmpty && !(next.mayEnd && next.isConditional)
    }

    private static func restricted(_ next: Continuation, by assertion: Assertion) -> Continuation {
        var result = next
        switch assertion {
        case .textEnd:
            return Continuation()
        case .endOrFinalNewline, .lineEnd:
            // Before a newline, or at the very end, where no set can go on.
            return Continuation(bytes: next.mayEnd ? .newline : next.bytes.intersection(.newline))
        case .textStart, .lineStart, .wordBoundary, .notWordBoundary:
            result.isConditional = true
            return result
        }
    }

    private static func merged(_ one: Continuation, _ other: Continuation) -> Continuation {
        var result = one
        result.bytes.formUnion(other.bytes)
        result.mayEnd = one.mayEnd || other.mayEnd
        result.isConditional = (one.mayEnd && one.isConditional) || (other.mayEnd && other.isConditional)
        return result
    }

    private static func refusal(_ what: String, _ offset: Int) -> PatternError {
        PatternError(
            message: "\(what) is only supported where giving back could not help, because matching takes linear time: "
                + "make what follows begin with a byte it cannot match, or use the plain form",
            offset: offset)
    }
}
