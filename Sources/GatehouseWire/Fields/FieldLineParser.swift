/// Reads the field lines of a head or of a trailer section (RFC 9112 §5), one at a time.
///
/// A bare LF ends a line as CRLF does. White space before a colon, a folded line, a line without a colon, and controls anywhere
/// are refused. Keeps only how far it has searched for the end of the present line, so a line that comes in small
/// pieces is read twice at most.
struct FieldLineParser: Sendable {
    enum Step {
        /// A field, in offsets of the input, and where the next line starts. A name is plain where it has letters, digits and
        /// hyphens only, and underscores if they are allowed. A line has a colon and a space between name and value, and ends with
        /// the value and a CRLF.
        case field(name: Range<Int>, id: FieldName?, value: Range<Int>, isPlain: Bool, isLine: Bool, next: Int)
        /// The empty line, and where the bytes behind it start.
        case end(next: Int)
        case needMore
        case malformed
    }

    /// Up to where the input is known to have no LF behind the start of the line.
    private var searched = 0

    /// Reads the line at `start`. The input may have grown since the last call, but has to be the same up to its old end.
    @inline(__always) mutating func next(_ input: Span<UInt8>, from start: Int, allowsUnderscores: Bool) -> Step {
        if searched > start {
            guard FieldLineParser.hasLineFeed(input, from: searched) else {
                searched = input.count
                return .needMore
            }
        }
        let step = line(input, from: start, allowsUnderscores: allowsUnderscores)
        if case .needMore = step { searched = input.count } else { searched = 0 }
        return step
    }

    /// Says that the next input will start at `offset` of the present one.
    mutating func rebase(by offset: Int) { searched = max(0, searched - offset) }

    static func hasLineFeed(_ input: Span<UInt8>, from start: Int) -> Bool {
        var i = start
        while i < input.count {
            if input[i] == 10 { return true }
            i += 1
        }
        return false
    }

    @inline(__always) private func line(_ input: Span<UInt8>, from start: Int, allowsUnderscores: Bool) -> Step {
        let count = input.count
        var i = input.endOfName(from: start)
        guard i < count else { return .needMore }
        guard input[i] == 0x3a else { return i == start ? emptyLine(input, at: i) : .malformed }
        guard i > start else { return .malformed }
        let name = start..<i
        let id = FieldName(input, name)
        // The names that are known are plain.
        let isPlain = id != nil || FieldLineParser.isPlain(input, name, allowsUnderscores: allowsUnderscores)
        i &+= 1
        while i < count, input[i] == 32 || input[i] == 9 { i &+= 1 }
        let valueStart = i
        i = input.endOfValue(from: i)
        guard i < count else { return .needMore }
        var valueEnd = i
        if input[i] == 13 {
            i &+= 1
            guard i < count else { return .needMore }
        }
        guard input[i] == 10 else { return .malformed }
        while valueEnd > valueStart, input[valueEnd &- 1] == 32 || input[valueEnd &- 1] == 9 { valueEnd &-= 1 }
        let isLine =
            valueStart &- name.upperBound == 2 && input[valueStart &- 1] == 32 && i &- valueEnd == 1 && input[valueEnd] == 13
        return .field(name: name, id: id, value: valueStart..<valueEnd, isPlain: isPlain, isLine: isLine, next: i &+ 1)
    }

    private static func isPlain(_ input: Span<UInt8>, _ name: Range<Int>, allowsUnderscores: Bool) -> Bool {
        for i in name where !ByteClass.plainName.contains(input[i]) {
            if input[i] != 0x5f || !allowsUnderscores { return false }
        }
        return true
    }

    private func emptyLine(_ input: Span<UInt8>, at start: Int) -> Step {
        if input[start] == 10 { return .end(next: start + 1) }
        guard input[start] == 13 else { return .malformed }
        guard start + 1 < input.count else { return .needMore }
        return input[start + 1] == 10 ? .end(next: start + 2) : .malformed
    }
}
