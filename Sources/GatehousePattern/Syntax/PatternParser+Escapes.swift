/// What a backslash makes of the characters after it.
enum Escape {
    case byte(UInt8)
    case set(ByteSet)
    case node(PatternNode)
}

extension PatternParser {
    /// An escape outside of a class; the backslash has been read.
    mutating func escape(startingAt start: Int) throws(PatternError) -> PatternNode {
        switch try escapeValue(startingAt: start, isInClass: false) {
        case .byte(let byte): literal(byte)
        case .set(let set): .set(set)
        case .node(let node): node
        }
    }

    mutating func escapeValue(startingAt start: Int, isInClass: Bool) throws(PatternError) -> Escape {
        guard let byte = peeked else { throw error("\\ at end of pattern") }
        position += 1
        if let set = Self.setEscape(byte) { return .set(set) }
        if let control = Self.controlEscape(byte) { return .byte(control) }
        if byte == UInt8(ascii: "p") || byte == UInt8(ascii: "P") { return .set(try property(isNegated: byte == UInt8(ascii: "P"))) }
        if isInClass {
            if byte == UInt8(ascii: "b") { return .byte(0x08) }
        } else if let node = Self.placeEscape(byte, startingAt: start) {
            if byte == UInt8(ascii: "R") { hasAtomicParts = true }
            return .node(node)
        }
        switch byte {
        case UInt8(ascii: "x"): return .byte(try hexadecimal())
        case UInt8(ascii: "o"): return .byte(try bracedOctal())
        case UInt8(ascii: "c"): return .byte(try controlCharacter())
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .byte(try numeric(startingAt: start, isInClass: isInClass))
        default: break
        }
        guard !ByteSet.alnum.contains(byte) else { throw unknownEscape(byte, startingAt: start) }
        return .byte(byte)
    }

    private static func setEscape(_ byte: UInt8) -> ByteSet? {
        switch byte {
        case UInt8(ascii: "d"): .digit
        case UInt8(ascii: "D"): ByteSet.digit.inverted
        case UInt8(ascii: "w"): .word
        case UInt8(ascii: "W"): ByteSet.word.inverted
        case UInt8(ascii: "s"): .space
        case UInt8(ascii: "S"): ByteSet.space.inverted
        case UInt8(ascii: "h"): .horizontalSpace
        case UInt8(ascii: "H"): ByteSet.horizontalSpace.inverted
        case UInt8(ascii: "v"): .verticalSpace
        case UInt8(ascii: "V"): ByteSet.verticalSpace.inverted
        default: nil
        }
    }

    private static func controlEscape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "a"): 0x07
        case UInt8(ascii: "e"): 0x1B
        default: nil
        }
    }

    private static func placeEscape(_ byte: UInt8, startingAt start: Int) -> PatternNode? {
        switch byte {
        case UInt8(ascii: "b"): .assertion(.wordBoundary)
        case UInt8(ascii: "B"): .assertion(.notWordBoundary)
        case UInt8(ascii: "A"): .assertion(.textStart)
        case UInt8(ascii: "z"): .assertion(.textEnd)
        case UInt8(ascii: "Z"): .assertion(.endOrFinalNewline)
        case UInt8(ascii: "N"): .set(ByteSet.newline.inverted)
        case UInt8(ascii: "R"): lineBreak(startingAt: start)
        default: nil
        }
    }

    /// `\R`: CR LF as one, else any single vertical space. What follows cannot have the LF back.
    private static func lineBreak(startingAt start: Int) -> PatternNode {
        let optionalLF = Repetition(minimum: 0, maximum: 1, greed: .possessive, offset: start)
        return .alternatives([
            .sequence([.set(ByteSet(0x0D)), .repetition(.set(.newline), optionalLF)]),
            .set(ByteSet([0x0A, 0x0B, 0x0C, 0x85])),
        ])
    }

    private func unknownEscape(_ byte: UInt8, startingAt start: Int) -> PatternError {
        switch byte {
        case UInt8(ascii: "g"), UInt8(ascii: "k"):
            return unsupported("a back-reference is", instead: "compare two captures outside of the pattern", at: start)
        case UInt8(ascii: "K"):
            return unsupported("\\K is", instead: "capture the part that is wanted", at: start)
        default:
            return error("unrecognized character follows \\", at: start + 1)
        }
    }

    /// `\xHH` with up to two digits, or `\x{…}`.
    private mutating func hexadecimal() throws(PatternError) -> UInt8 {
        let isBraced = take("{")
        let start = position
        var value = 0
        while let byte = peeked, let digit = Self.hexadecimalValue(byte), isBraced || position < start + 2 {
            value = min(value * 16 + digit, 0x1000)
            position += 1
        }
        guard isBraced else { return UInt8(truncatingIfNeeded: value) }
        return try closeBraced(value, digitsFrom: start)
    }

    private mutating func bracedOctal() throws(PatternError) -> UInt8 {
        guard take("{") else { throw error("missing opening brace after \\o") }
        let start = position
        let value = octalDigits(atMost: 64)
        return try closeBraced(value, digitsFrom: start)
    }

    private mutating func closeBraced(_ value: Int, digitsFrom start: Int) throws(PatternError) -> UInt8 {
        guard position > start else { throw error("digits missing after \\x or in \\x{} or \\o{}") }
        guard take("}") else { throw error("non-digit in \\x{} or \\o{} (closing brace missing?)") }
        guard let byte = UInt8(exactly: value) else {
            throw error("character code point value in \\x{} or \\o{} is too large: patterns match bytes", at: start)
        }
        return byte
    }

    private mutating func octalDigits(atMost limit: Int) -> Int {
        let start = position
        var value = 0
        while let byte = peeked, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte), position < start + limit {
            value = min(value * 8 + Int(byte - UInt8(ascii: "0")), 0x1000)
            position += 1
        }
        return value
    }

    private mutating func controlCharacter() throws(PatternError) -> UInt8 {
        guard let byte = peeked else { throw error("\\c at end of pattern") }
        guard (0x20...0x7E).contains(byte) else { throw error("\\c must be followed by a printable ASCII character") }
        position += 1
        let upper = ByteSet.lower.contains(byte) ? byte & ~0x20 : byte
        return upper ^ 0x40
    }

    /// `\0`, octal codes, and the back-references that are refused.
    private mutating func numeric(startingAt start: Int, isInClass: Bool) throws(PatternError) -> UInt8 {
        position = start + 1
        let number = takeNumber() ?? 0
        let isOctal = source[start + 1] == UInt8(ascii: "0") || isInClass || (number > 9 && number > captureCount)
        position = start + 1
        guard isOctal, (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(source[position]) else {
            throw unsupported("a back-reference is", instead: "compare two captures outside of the pattern", at: start)
        }
        let value = octalDigits(atMost: 3)
        guard let byte = UInt8(exactly: value) else {
            throw error("octal value is greater than \\377: patterns match bytes", at: start)
        }
        return byte
    }

    private static func hexadecimalValue(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
