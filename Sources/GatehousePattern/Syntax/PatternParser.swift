/// Reads PCRE's syntax, as far as linear-time matching can follow it, into a tree.
///
/// Owns the place in the source, the flags in force there, and the numbering of captures. Knows nothing of matching.
/// The other half of the grammar is in `PatternParser+Groups`, `+Quantifiers`, `+Escapes` and `+Classes`.
struct PatternParser {
    /// Groups may nest this deep, so that neither this parser nor a walk over its tree can exhaust the stack.
    static let maximumDepth = 250
    /// The longest source accepted, in bytes.
    static let maximumLength = 64 * 1024

    let source: [UInt8]
    var position = 0
    var flags: PatternFlags
    var depth = 0
    /// Inside `\Q…\E`.
    var isQuoting = false
    /// Whether an atomic group or a possessive quantifier was seen.
    var hasAtomicParts = false
    var captureCount = 0
    var captureNames: [(name: String, index: Int)] = []

    init(_ source: [UInt8], flags: PatternFlags = []) {
        self.source = source
        self.flags = flags
    }

    /// Reads the whole source.
    mutating func parse() throws(PatternError) -> PatternNode {
        guard source.count <= Self.maximumLength else {
            throw PatternError(message: "pattern too large: it is longer than \(Self.maximumLength) bytes", offset: Self.maximumLength)
        }
        try skipLeadingVerbs()
        let node = try alternatives()
        guard position == source.count else { throw error("unmatched closing parenthesis") }
        return node
    }

    /// `a|b|c`, up to the end or a closing parenthesis.
    mutating func alternatives() throws(PatternError) -> PatternNode {
        var items = [try sequence()]
        while !isQuoting, take("|") {
            items.append(try sequence())
        }
        return items.count == 1 ? items[0] : .alternatives(items)
    }

    /// Atoms with their quantifiers, up to the end, a bar or a closing parenthesis.
    private mutating func sequence() throws(PatternError) -> PatternNode {
        var items: [PatternNode] = []
        while let byte = try nextSignificant() {
            if !isQuoting, byte == UInt8(ascii: "|") || byte == UInt8(ascii: ")") { break }
            guard let item = try atom() else { continue }
            items.append(try quantified(item))
        }
        return switch items.count {
        case 0: .empty
        case 1: items[0]
        default: .sequence(items)
        }
    }

    /// One thing a quantifier can apply to; nil for what only changes flags.
    private mutating func atom() throws(PatternError) -> PatternNode? {
        let start = position
        let byte = source[position]
        position += 1
        if isQuoting { return literal(byte) }
        switch byte {
        case UInt8(ascii: "\\"): return try escape(startingAt: start)
        case UInt8(ascii: "("): return try group(startingAt: start)
        case UInt8(ascii: "["): return try characterClass(startingAt: start)
        case UInt8(ascii: "."): return .set(flags.contains(.dotMatchesNewline) ? .all : ByteSet.newline.inverted)
        case UInt8(ascii: "^"): return .assertion(flags.contains(.matchesLines) ? .lineStart : .textStart)
        case UInt8(ascii: "$"): return .assertion(flags.contains(.matchesLines) ? .lineEnd : .endOrFinalNewline)
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"):
            throw error("quantifier does not follow a repeatable item", at: start)
        case UInt8(ascii: "{"):
            if bounds(at: start) != nil { throw error("quantifier does not follow a repeatable item", at: start) }
            return literal(byte)
        default: return literal(byte)
        }
    }

    func literal(_ byte: UInt8) -> PatternNode {
        let set = ByteSet(byte)
        return .set(flags.contains(.ignoresCase) ? set.ignoringCase : set)
    }

    /// The byte that the next atom starts with, after quoting marks and, with `(?x)`, white space and comments.
    mutating func nextSignificant() throws(PatternError) -> UInt8? {
        while position < source.count {
            if isQuoting {
                guard take("\\E") else { return source[position] }
                isQuoting = false
            } else if take("\\Q") {
                isQuoting = true
            } else if try !skipUnquotedNoise() {
                return source[position]
            }
        }
        return nil
    }

    private mutating func skipUnquotedNoise() throws(PatternError) -> Bool {
        if take("\\E") { return true }
        if lookingAt("(?#") {
            let start = position
            guard let end = source[start...].firstIndex(of: UInt8(ascii: ")")) else {
                throw error("missing ) after (?# comment", at: source.count)
            }
            position = end + 1
            return true
        }
        guard flags.contains(.isExtended) else { return false }
        if take("#") {
            position = source[position...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? source.count
            return true
        }
        guard ByteSet.space.contains(source[position]) else { return false }
        position += 1
        return true
    }

    /// `(*UTF8)` and its kind at the very start: accepted, and without effect because matching is over bytes.
    private mutating func skipLeadingVerbs() throws(PatternError) {
        while lookingAt("(*") {
            guard take("(*UTF8)") || take("(*UTF)") || take("(*UCP)") else {
                throw error("(*VERB) not recognized or malformed: only (*UTF8), (*UTF) and (*UCP) at the start are accepted")
            }
        }
    }
}

/// Looking at the source.
extension PatternParser {
    var peeked: UInt8? { position < source.count ? source[position] : nil }

    func lookingAt(_ text: StaticString) -> Bool {
        var index = position
        for byte in text.description.utf8 {
            guard index < source.count, source[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// Steps over the text if it stands here.
    mutating func take(_ text: StaticString) -> Bool {
        guard lookingAt(text) else { return false }
        position += text.utf8CodeUnitCount
        return true
    }

    /// Steps over a decimal number; nil when there is none, a huge number is cut to one no limit accepts.
    mutating func takeNumber() -> Int? {
        let start = position
        var value = 0
        while let byte = peeked, ByteSet.digit.contains(byte) {
            value = min(value * 10 + Int(byte - UInt8(ascii: "0")), 1_000_000)
            position += 1
        }
        return position == start ? nil : value
    }

    func error(_ message: String, at offset: Int? = nil) -> PatternError {
        PatternError(message: message, offset: offset ?? position)
    }

    /// The error for what would need backtracking without bound.
    func unsupported(_ what: String, instead: String, at offset: Int) -> PatternError {
        error("\(what) not supported, because matching takes linear time: \(instead)", at: offset)
    }
}
