/// For a fuzzer: compiles the first line of the input and matches it against the rest. Traps when an answer is not
/// possible: an engine that disagrees with another, or a range outside of the input.
package func fuzzPattern(_ input: Span<UInt8>) {
    var source: [UInt8] = []
    var position = 0
    while position < input.count, input[position] != UInt8(ascii: "\n") {
        source.append(input[position])
        position += 1
    }
    let text = input.extracting(min(position + 1, input.count)...)
    let pattern: Pattern
    do throws(PatternError) {
        pattern = try Pattern(String(decoding: source, as: UTF8.self))
    } catch {
        // Repairing what is no UTF-8 can make the source three times as long.
        precondition(error.offset >= 0 && error.offset <= 3 * source.count, "an error beyond the pattern")
        return
    }
    var captures: [Int] = []
    let isFound = pattern.firstMatch(in: text, captures: &captures)
    precondition(isFound == pattern.matches(text), "the engines disagree")
    if isFound { pattern.checkCaptures(captures, in: text) }
}

extension Pattern {
    fileprivate func checkCaptures(_ captures: [Int], in text: Span<UInt8>) {
        precondition(captures.count == 2 * (captureCount + 1), "a capture is missing")
        for group in 0...captureCount {
            let (start, end) = (captures[2 * group], captures[2 * group + 1])
            precondition((start == -1 && end == -1 && group > 0) || (0...text.count).contains(start) && (start...text.count).contains(end))
        }
        let program = acceptor.program
        var others = [Int](repeating: -1, count: program.slotCount)
        var matcher = ParallelMatcher(program)
        precondition(matcher.search(text, from: 0, captures: &others) && others == captures, "the engines' captures differ")
    }
}
