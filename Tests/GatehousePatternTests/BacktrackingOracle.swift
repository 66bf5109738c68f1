/// Perl's rules for matching, word for word, with no thought for time: what the engine is compared with.
indirect enum OraclePattern {
    case byte(UInt8)
    case anyOf([UInt8], isNegated: Bool)
    case dot
    case place(String)
    case sequence([OraclePattern])
    case alternatives([OraclePattern])
    case group(OraclePattern, capture: Int?)
    case repetition(OraclePattern, minimum: Int, maximum: Int?, isLazy: Bool)

    /// The same in PCRE's syntax. Groups have to be numbered in the order of their parentheses.
    var source: String {
        switch self {
        case .byte(let byte): String(Unicode.Scalar(byte))
        case .anyOf(let bytes, let isNegated): "[" + (isNegated ? "^" : "") + bytes.map { String(Unicode.Scalar($0)) }.joined() + "]"
        case .dot: "."
        case .place(let source): source
        case .sequence(let items): items.map(\.source).joined()
        case .alternatives(let items): items.map(\.source).joined(separator: "|")
        case .group(let body, let capture): (capture == nil ? "(?:" : "(") + body.source + ")"
        case .repetition(let body, let minimum, let maximum, let isLazy):
            "(?:\(body.source)){\(minimum),\(maximum.map(String.init) ?? "")}" + (isLazy ? "?" : "")
        }
    }

    var isNullable: Bool {
        switch self {
        case .byte, .anyOf, .dot: false
        case .place: true
        case .sequence(let items): items.allSatisfy(\.isNullable)
        case .alternatives(let items): items.contains(where: \.isNullable)
        case .group(let body, _): body.isNullable
        case .repetition(let body, let minimum, _, _): minimum == 0 || body.isNullable
        }
    }
}

struct BacktrackingOracle {
    let text: [UInt8]
    var captures: [Int]

    init(text: [UInt8], captureCount: Int) {
        self.text = text
        captures = Array(repeating: -1, count: 2 * (captureCount + 1))
    }

    /// The captures of the first match, nil without one.
    static func firstMatch(_ pattern: OraclePattern, captureCount: Int, in text: [UInt8]) -> [Int]? {
        for start in 0...text.count {
            var oracle = BacktrackingOracle(text: text, captureCount: captureCount)
            let isFound = oracle.match(pattern, at: start) { oracle, end in
                oracle.captures[0] = start
                oracle.captures[1] = end
                return true
            }
            if isFound { return oracle.captures }
        }
        return nil
    }

    private typealias Continuation = (inout BacktrackingOracle, Int) -> Bool

    private mutating func match(_ pattern: OraclePattern, at position: Int, then next: Continuation) -> Bool {
        switch pattern {
        case .byte(let byte):
            return position < text.count && text[position] == byte && next(&self, position + 1)
        case .anyOf(let bytes, let isNegated):
            return position < text.count && bytes.contains(text[position]) != isNegated && next(&self, position + 1)
        case .dot:
            return position < text.count && text[position] != UInt8(ascii: "\n") && next(&self, position + 1)
        case .place(let source):
            return holds(source, position) && next(&self, position)
        case .sequence(let items):
            return match(items[...], at: position, then: next)
        case .alternatives(let items):
            for item in items where match(item, at: position, then: next) { return true }
            return false
        case .group(let body, let capture):
            guard let capture else { return match(body, at: position, then: next) }
            return match(body, capturing: capture, at: position, then: next)
        case .repetition(let body, let minimum, let maximum, let isLazy):
            return repeated(body, minimum, maximum ?? .max, isLazy, at: position, then: next)
        }
    }

    private mutating func match(_ items: ArraySlice<OraclePattern>, at position: Int, then next: Continuation) -> Bool {
        guard let first = items.first else { return next(&self, position) }
        return match(first, at: position) { oracle, end in oracle.match(items.dropFirst(), at: end, then: next) }
    }

    private mutating func match(_ body: OraclePattern, capturing index: Int, at position: Int, then next: Continuation) -> Bool {
        match(body, at: position) { oracle, end in
            let before = (oracle.captures[2 * index], oracle.captures[2 * index + 1])
            (oracle.captures[2 * index], oracle.captures[2 * index + 1]) = (position, end)
            if next(&oracle, end) { return true }
            (oracle.captures[2 * index], oracle.captures[2 * index + 1]) = before
            return false
        }
    }

    private mutating func repeated(
        _ body: OraclePattern, _ minimum: Int, _ maximum: Int, _ isLazy: Bool, at position: Int, then next: Continuation
    ) -> Bool {
        if minimum == 0, isLazy, next(&self, position) { return true }
        if maximum > 0 {
            let isFound = match(body, at: position) { oracle, end in
                if end == position, minimum == 0 { return false }
                let left = maximum == .max ? maximum : maximum - 1
                return oracle.repeated(body, max(minimum - 1, 0), left, isLazy, at: end, then: next)
            }
            if isFound { return true }
        }
        return minimum == 0 && !isLazy && next(&self, position)
    }

    private func holds(_ source: String, _ position: Int) -> Bool {
        let isNewline = position < text.count && text[position] == UInt8(ascii: "\n")
        switch source {
        case "^": return position == 0
        case "$": return position == text.count || (isNewline && position == text.count - 1)
        case "\\z": return position == text.count
        case "(?m:$)": return position == text.count || isNewline
        case "(?m:^)": return position == 0 || (position < text.count && text[position - 1] == UInt8(ascii: "\n"))
        default: return isWord(position - 1) != isWord(position) ? source == "\\b" : source == "\\B"
        }
    }

    private func isWord(_ position: Int) -> Bool {
        text.indices.contains(position) && (Unicode.Scalar(text[position]).properties.isAlphabetic || text[position] == UInt8(ascii: "1"))
    }
}
