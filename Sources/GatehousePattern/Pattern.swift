/// A regular expression in PCRE's syntax, matched over bytes in time linear in the input.
///
/// Semantics are Perl's: the leftmost match, and of several there the one that the order of alternatives and the greed of
/// quantifiers prefer. What cannot be done in linear time (back-references, look-around beyond a look-ahead at a known
/// place) is refused when the pattern is compiled, with a message that says what to use instead.
///
/// One difference is known: where a repeated part can match nothing and something (`(a|)*`, `(|a)+`), PCRE goes an empty
/// round at the end that this engine does not, so the group inside may report another round, and in rare cases of several such
/// alternatives the preferred match is a longer one. Whether there is a match never differs.
///
/// A pattern is immutable and can be used from every thread at once; copying one copies a reference.
package struct Pattern: Sendable {
    /// What was compiled.
    package let source: String
    /// Groups that capture, without group 0 (the whole match).
    package let captureCount: Int
    /// The named groups in the order of their numbers.
    package let captureNames: [(name: String, index: Int)]

    let acceptor: Acceptor
    let guards: [LookaheadGuard]

    /// Compiles a pattern. Throws for a syntax error, for what linear matching cannot do, and for a program too large.
    package init(_ source: String, caseInsensitive: Bool = false) throws(PatternError) {
        var parser = PatternParser(Array(source.utf8), flags: caseInsensitive ? .ignoresCase : [])
        let node = try parser.parse()
        if parser.hasAtomicParts { try AtomicCheck.verify(node) }
        let (rest, guards) = try LookaheadGuard.extract(from: node)
        self.source = source
        self.guards = guards
        captureCount = parser.captureCount
        captureNames = parser.captureNames
        acceptor = try Acceptor(rest, captureCount: parser.captureCount)
    }

    /// Searches for the first match. `captures` becomes [start, end] pairs, group 0 first, in bytes from the start of the
    /// input, -1 where a group took no part; without a match its content means nothing.
    package func firstMatch(in input: Span<UInt8>, captures: inout [Int]) -> Bool {
        reset(&captures)
        return guardsHold(in: input) && acceptor.firstMatch(in: input, captures: &captures)
    }

    /// Whether the pattern matches anywhere in the input.
    package func matches(_ input: Span<UInt8>) -> Bool {
        guardsHold(in: input) && acceptor.accepts(input)
    }

    private func guardsHold(in input: Span<UInt8>) -> Bool {
        for lookahead in guards where !lookahead.holds(in: input) { return false }
        return true
    }

    private func reset(_ captures: inout [Int]) {
        let slotCount = 2 * (captureCount + 1)
        if captures.count > slotCount { captures.removeLast(captures.count - slotCount) }
        for slot in captures.indices { captures[slot] = -1 }
        while captures.count < slotCount { captures.append(-1) }
    }
}
