extension PatternParser {
    /// What an opening parenthesis opened; nil when it only changed flags.
    mutating func group(startingAt start: Int) throws(PatternError) -> PatternNode? {
        guard depth < Self.maximumDepth else {
            throw error("parentheses are too deeply nested (at most \(Self.maximumDepth))", at: start)
        }
        if lookingAt("*") { throw error("(*VERB) not recognized or malformed", at: position) }
        guard take("?") else {
            return flags.contains(.capturesOnlyNamed) ? try body() : try capture()
        }
        return try extendedGroup(startingAt: start)
    }

    /// After `(?`.
    private mutating func extendedGroup(startingAt start: Int) throws(PatternError) -> PatternNode? {
        if take(":") { return try body() }
        if take(">") {
            hasAtomicParts = true
            return .atomic(try body(), offset: start)
        }
        if take("=") { return .lookahead(try body(), isNegative: false, offset: start) }
        if take("!") { return .lookahead(try body(), isNegative: true, offset: start) }
        if take("<=") || take("<!") {
            throw unsupported("look-behind is", instead: "match the text before it, or use a second location or map", at: start)
        }
        if take("P<") || take("<") { return try namedCapture(endingWith: ">") }
        if take("'") { return try namedCapture(endingWith: "'") }
        try refuseBacktrackingGroup(startingAt: start)
        return try flagGroup()
    }

    /// Everything up to and over the closing parenthesis; flags changed inside end with it.
    private mutating func body() throws(PatternError) -> PatternNode {
        let outerFlags = flags
        depth += 1
        let node = try alternatives()
        guard take(")") else { throw error("missing closing parenthesis") }
        depth -= 1
        flags = outerFlags
        return node
    }

    private mutating func capture() throws(PatternError) -> PatternNode {
        captureCount += 1
        let index = captureCount
        return .capture(index, try body())
    }

    private mutating func namedCapture(endingWith terminator: StaticString) throws(PatternError) -> PatternNode {
        let start = position
        while let byte = peeked, ByteSet.word.contains(byte) { position += 1 }
        let bytes = source[start..<position]
        guard let first = bytes.first else { throw error("subpattern name expected") }
        guard !ByteSet.digit.contains(first) else { throw error("subpattern name must start with a non-digit", at: start) }
        guard take(terminator) else { throw error("syntax error in subpattern name (missing terminator?)") }
        let name = String(decoding: bytes, as: UTF8.self)
        guard !captureNames.contains(where: { $0.name == name }) else {
            throw error("two named subpatterns have the same name", at: start)
        }
        captureNames.append((name, captureCount + 1))
        return try capture()
    }

    private func refuseBacktrackingGroup(startingAt start: Int) throws(PatternError) {
        if lookingAt("P=") {
            throw unsupported("a back-reference is", instead: "compare two captures outside of the pattern", at: start)
        }
        if lookingAt("(") {
            throw unsupported("a conditional group is", instead: "write the cases as alternatives", at: start)
        }
        if lookingAt("|") {
            throw unsupported("a branch reset group is", instead: "give each alternative its own capture", at: start)
        }
        if lookingAt("R") || lookingAt("&") || lookingAt("P>") || lookingAt("+") || peeked.map(ByteSet.digit.contains) == true {
            throw unsupported("recursion is", instead: "write out the levels that are needed", at: start)
        }
    }

    /// `(?i)`, `(?i-s)`, `(?^)` and `(?i:…)`.
    private mutating func flagGroup() throws(PatternError) -> PatternNode? {
        let outerFlags = flags
        var switchesOn = true
        if take("^") { flags.subtract([.ignoresCase, .dotMatchesNewline, .matchesLines, .isExtended, .capturesOnlyNamed]) }
        while let byte = peeked {
            if take(")") { return nil }
            if take(":") {
                let node = try body()
                flags = outerFlags
                return node
            }
            if switchesOn, take("-") {
                switchesOn = false
                continue
            }
            guard let flag = PatternFlags(letter: byte) else { throw error("unrecognized character after (? or (?-") }
            position += 1
            if switchesOn { flags.insert(flag) } else { flags.remove(flag) }
        }
        throw error("missing closing parenthesis")
    }
}
