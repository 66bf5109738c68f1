extension Assertion {
    /// Whether the condition holds between the bytes before and at `position`.
    func holds(in input: Span<UInt8>, at position: Int) -> Bool {
        switch self {
        case .textStart: position == 0
        case .textEnd: position == input.count
        case .endOrFinalNewline:
            position == input.count || (position == input.count - 1 && Self.isNewline(input[position]))
        case .lineStart:
            position == 0 || (position < input.count && Self.isNewline(input[position - 1]))
        case .lineEnd: position == input.count || Self.isNewline(input[position])
        case .wordBoundary: Self.isBoundary(input, position)
        case .notWordBoundary: !Self.isBoundary(input, position)
        }
    }

    private static func isBoundary(_ input: Span<UInt8>, _ position: Int) -> Bool {
        let before = position > 0 && isWord(input[position - 1])
        let after = position < input.count && isWord(input[position])
        return before != after
    }

    private static func isNewline(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
