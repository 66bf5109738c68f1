extension PatternParser {
    /// `[…]`; the opening bracket has been read.
    mutating func characterClass(startingAt start: Int) throws(PatternError) -> PatternNode {
        if let name = posixName(at: start), name.kind == UInt8(ascii: ":") {
            throw error("POSIX named classes are supported only within a class", at: start)
        }
        let isNegated = take("^")
        var set = ByteSet()
        var isFirst = true
        var quoting = false
        while true {
            guard let byte = peeked else { throw error("missing terminating ] for character class") }
            if quoting ? take("\\E") : take("\\Q") {
                quoting.toggle()
            } else if !quoting, take("\\E") {
                continue
            } else if byte == UInt8(ascii: "]"), !isFirst, !quoting {
                position += 1
                break
            } else {
                set.formUnion(try classItem(isQuoting: quoting))
                isFirst = false
            }
        }
        if flags.contains(.ignoresCase) { set = set.ignoringCase }
        return .set(isNegated ? set.inverted : set)
    }

    /// One member, escape, POSIX name or range.
    private mutating func classItem(isQuoting: Bool) throws(PatternError) -> ByteSet {
        let start = position
        guard let low = try classMember(isQuoting: isQuoting) else { return try posixClass() }
        guard case .byte(let first) = low, !isQuoting, let last = try rangeEnd() else {
            return switch low {
            case .byte(let byte): ByteSet(byte)
            case .set(let set): set
            case .node: ByteSet()
            }
        }
        guard first <= last else { throw error("range out of order in character class", at: start) }
        return ByteSet(first...last)
    }

    /// nil when a POSIX name stands here.
    private mutating func classMember(isQuoting: Bool) throws(PatternError) -> Escape? {
        let start = position
        let byte = source[position]
        if isQuoting {
            position += 1
            return .byte(byte)
        }
        if byte == UInt8(ascii: "["), posixName(at: start) != nil { return nil }
        position += 1
        return byte == UInt8(ascii: "\\") ? try escapeValue(startingAt: start, isInClass: true) : .byte(byte)
    }

    /// The upper end after a hyphen. nil, and nothing read, when the hyphen stands for itself: before the closing
    /// bracket, and, as in Perl, before a class escape such as `\d`.
    private mutating func rangeEnd() throws(PatternError) -> UInt8? {
        guard peeked == UInt8(ascii: "-"), position + 1 < source.count, source[position + 1] != UInt8(ascii: "]") else { return nil }
        let hyphen = position
        position += 1
        if case .byte(let last)? = try classMember(isQuoting: false) { return last }
        position = hyphen
        return nil
    }

    private mutating func posixClass() throws(PatternError) -> ByteSet {
        let start = position
        guard let found = posixName(at: start) else { return ByteSet() }
        guard found.kind == UInt8(ascii: ":") else {
            throw error("POSIX collating elements are not supported", at: start)
        }
        position = found.end
        let isNegated = found.name.hasPrefix("^")
        guard var set = ByteSet.posix(isNegated ? String(found.name.dropFirst()) : found.name) else {
            throw error("unknown POSIX class name", at: start)
        }
        if flags.contains(.ignoresCase) { set = set.ignoringCase }
        return isNegated ? set.inverted : set
    }

    /// The `[:name:]`, `[.name.]` or `[=name=]` that starts at the offset.
    private func posixName(at start: Int) -> (kind: UInt8, name: String, end: Int)? {
        guard start + 1 < source.count else { return nil }
        let kind = source[start + 1]
        guard kind == UInt8(ascii: ":") || kind == UInt8(ascii: ".") || kind == UInt8(ascii: "=") else { return nil }
        var index = start + 2
        while index < source.count, ByteSet.alpha.contains(source[index]) || source[index] == UInt8(ascii: "^") { index += 1 }
        guard index + 1 < source.count, source[index] == kind, source[index + 1] == UInt8(ascii: "]") else { return nil }
        return (kind, String(decoding: source[(start + 2)..<index], as: UTF8.self), index + 2)
    }
}
