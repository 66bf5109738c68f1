/// Reads a status line (RFC 9112 §4) at the start of an input: a version of HTTP/1, three digits, and a reason that may be missing.
enum StatusLineParser {
    enum Step {
        case line(next: Int)
        case needMore
        case malformed
    }

    static func parse(_ input: Span<UInt8>, into head: inout ResponseHead) -> Step {
        let prefix: InlineArray<7, UInt8> = [0x48, 0x54, 0x54, 0x50, 0x2f, 0x31, 0x2e]
        for i in 0..<min(7, input.count) where input[i] != prefix[i] { return .malformed }
        var i = 7
        var digits = 0
        var minor = 0
        while i < input.count, ByteClass.isDigit(input[i]) {
            minor = minor * 10 + Int(input[i] - 0x30)
            digits += 1
            i += 1
            if digits > 3 { return .malformed }
        }
        guard i < input.count else { return .needMore }
        guard digits > 0, input[i] == 32 else { return .malformed }
        while i < input.count, input[i] == 32 { i += 1 }
        let code = i
        while i < input.count, i < code + 3 {
            guard ByteClass.isDigit(input[i]) else { return .malformed }
            i += 1
        }
        guard i < input.count else { return .needMore }
        let status = Int(input[code] - 0x30) * 100 + Int(input[code + 1] - 0x30) * 10 + Int(input[code + 2] - 0x30)
        guard status >= 100 else { return .malformed }
        head.version = minor == 0 ? .http10 : .http11
        head.status = status
        return parseReason(input, from: i, into: &head)
    }

    private static func parseReason(_ input: Span<UInt8>, from start: Int, into head: inout ResponseHead) -> Step {
        var i = start
        switch input[i] {
        case 32: i += 1
        case 10, 13: break
        default: return .malformed
        }
        let reason = i
        i = input.endOfValue(from: i)
        let end = i
        if i < input.count && input[i] == 13 { i += 1 }
        guard i < input.count else { return .needMore }
        guard input[i] == 10 else { return .malformed }
        head.reason.append(copying: input.extracting(reason..<end))
        return .line(next: i + 1)
    }
}
