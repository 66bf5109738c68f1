/// Answers whether a pattern matches, the cheapest way it has.
struct Acceptor: Sendable {
    let program: Program
    /// For patterns that are plain strings at an end of the text.
    let literalEnds: LiteralEnds?
    /// For most others.
    let automaton: Automaton?

    init(_ node: PatternNode, captureCount: Int) throws(PatternError) {
        program = try ProgramCompiler.program(for: node, captureCount: captureCount)
        literalEnds = LiteralEnds(node)
        automaton = literalEnds == nil ? AutomatonBuilder.automaton(for: program) : nil
    }

    func accepts(_ input: Span<UInt8>) -> Bool {
        if let literalEnds { return literalEnds.firstMatch(in: input) != nil }
        if let automaton { return automaton.matches(input) }
        var captures = [Int](repeating: -1, count: program.slotCount)
        return program.search(input, from: 0, captures: &captures)
    }

    /// Finds the first match; `captures` has the program's slots, all -1.
    func firstMatch(in input: Span<UInt8>, captures: inout [Int]) -> Bool {
        guard let literalEnds else {
            // An anchored walk fails as fast as the table would.
            if let automaton, !program.isAnchored, !automaton.matches(input) { return false }
            return program.search(input, from: 0, captures: &captures)
        }
        guard let range = literalEnds.firstMatch(in: input) else { return false }
        guard literalEnds.isSingle, program.slotCount == 2 else {
            return program.search(input, from: range.lowerBound, captures: &captures)
        }
        captures[0] = range.lowerBound
        captures[1] = range.upperBound
        return true
    }
}
