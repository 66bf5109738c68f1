import Testing

@testable import GatehousePattern

@Suite struct FuzzingTests {
    private static let fragments = [
        "a", "b", "(", ")", "(?:", "(?<n>", "(?i)", "(?=", "(?!", "(?>", "[", "]", "[^", "[[:alpha:]]", "-", "|", "*", "+", "?", "{2}",
        "{0,3}", "{",
        "}", ",", "^", "$", "\\", "\\b", "\\d", "\\Q", "\\E", "\\x{", "\\1", ".", "\n", " ", "#", "é", "\u{0}",
    ]

    @Test(arguments: 0..<8)
    func `no pattern and no text traps`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        for _ in 0..<250 {
            let length = Int.random(in: 0..<14, using: &generator)
            let parts = (0..<length).map { _ in Self.fragments.randomElement(using: &generator) ?? "" }
            let input = Array((parts.joined() + "\nab aab-b").utf8)
            fuzzPattern(input.span)
        }
    }

    @Test(arguments: [
        "", "\n", "a", "(\n(", "(a*)*\naaaa", "\\", "[\\", "(?", "(?<", "{", "a{1,", "\\x", "\\c", "(*", "(?#",
        "^(?:((?:|.+\\Z|b))+(?:\\B)??(?:|)?)\nb\n\n1ba",
    ])
    func `inputs that once went wrong, or end early, do no harm`(input: String) {
        let bytes = Array(input.utf8)
        fuzzPattern(bytes.span)
    }
}
