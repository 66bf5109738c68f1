/// Cuts the text of one file into statements, by the rules of nginx's own reader (`ngx_conf_read_token`).
package struct Lexer {
    package enum Statement: Equatable {
        /// Words up to `;`.
        case simple([Argument])
        /// Words up to `{`.
        case opening([Argument])
        /// `}`
        case closing(SourcePosition)
        case end(SourcePosition)
    }

    /// nginx's buffer: no word may be longer.
    package static let longestWord = 4096

    private let file: String
    private let text: [UInt8]
    private var index = 0
    private var line = 1
    private var lineStart = 0

    package init(file: String, text: [UInt8]) {
        self.file = file
        self.text = text
    }

    private var position: SourcePosition { SourcePosition(file: file, line: line, column: index - lineStart + 1) }
    private var current: UInt8? { index < text.count ? text[index] : nil }

    /// - Throws: nginx's sentence; afterwards the place is behind what was wrong, so that `skipStatement` can find the next statement.
    package mutating func next() throws(ConfigurationError) -> Statement {
        var words: [Argument] = []
        while true {
            skipBlanksAndComments()
            let start = position
            switch current {
            case nil:
                if words.isEmpty { return .end(start) }
                throw unexpectedEnd(after: words)
            case UInt8(ascii: ";"):
                index += 1
                if words.isEmpty { throw ConfigurationError("unexpected \";\"", at: start) }
                return .simple(words)
            case UInt8(ascii: "{"):
                index += 1
                if words.isEmpty { throw ConfigurationError("unexpected \"{\"", at: start) }
                return .opening(words)
            case UInt8(ascii: "}"):
                if words.isEmpty {
                    index += 1
                    return .closing(start)
                }
                throw missingSemicolon(before: start, after: words)
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                words.append(try quotedWord())
                try expectSeparator()
            default:
                words.append(try plainWord())
            }
        }
    }

    /// Moves behind the next `;`, or in front of the next `}`, or behind a whole `{ … }`: where an independent statement may start.
    package mutating func skipStatement() {
        var depth = 0
        while let byte = current {
            switch byte {
            case UInt8(ascii: "#"):
                skipBlanksAndComments()
                continue
            case UInt8(ascii: ";") where depth == 0:
                index += 1
                return
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}"):
                if depth == 0 { return }
                depth -= 1
                if depth == 0 {
                    index += 1
                    return
                }
            default: break
            }
            advance()
        }
    }

    private mutating func advance() {
        if text[index] == UInt8(ascii: "\n") {
            line += 1
            lineStart = index + 1
        }
        index += 1
    }

    private mutating func skipBlanksAndComments() {
        while let byte = current {
            if byte == UInt8(ascii: "#") {
                while let byte = current, byte != UInt8(ascii: "\n") { index += 1 }
            } else if Self.isBlank(byte) {
                advance()
            } else {
                return
            }
        }
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r") || byte == UInt8(ascii: "\n")
    }
}

// Words.
extension Lexer {
    /// A word up to a blank, `;` or `{`; the brace of `${` belongs to the word.
    private mutating func plainWord() throws(ConfigurationError) -> Argument {
        let start = position
        let first = index
        var followsDollar = false
        while let byte = current {
            if byte == UInt8(ascii: "\\") {
                advance()
                if current != nil { advance() }
                followsDollar = false
                continue
            }
            if byte == UInt8(ascii: "{") && followsDollar {
                followsDollar = false
                advance()
                continue
            }
            if Self.isBlank(byte) || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "{") { break }
            followsDollar = byte == UInt8(ascii: "$")
            advance()
        }
        try checkLength(index - first, from: start, quote: nil)
        return Argument(bytes: unescaped(first..<index), position: start, sourceLength: index - first, wasQuoted: false)
    }

    private mutating func quotedWord() throws(ConfigurationError) -> Argument {
        let start = position
        let (startIndex, startLine, startLineStart) = (index, line, lineStart)
        let quote = text[index]
        advance()
        while let byte = current, byte != quote {
            if byte == UInt8(ascii: "\\") { advance() }
            if current != nil { advance() }
            if index - startIndex > Self.longestWord { break }
        }
        guard current == quote else {
            // What follows is best read as if the quote were not there.
            let isLong = index - startIndex > Self.longestWord
            (index, line, lineStart) = (startIndex + 1, startLine, startLineStart)
            if isLong { try checkLength(Self.longestWord + 1, from: start, quote: quote) }
            throw ConfigurationError(
                "unexpected end of file, expecting \";\" or \"}\"", at: start,
                hints: ["the quote that starts here is never closed"])
        }
        advance()
        let bytes = unescaped((startIndex + 1)..<(index - 1))
        return Argument(bytes: bytes, position: start, sourceLength: index - startIndex, wasQuoted: true)
    }

    private func checkLength(_ length: Int, from start: SourcePosition, quote: UInt8?) throws(ConfigurationError) {
        guard length > Self.longestWord else { return }
        if let quote {
            throw ConfigurationError(
                "too long parameter, probably missing terminating \"\(Character(UnicodeScalar(quote)))\" character", at: start)
        }
        let first = index - length
        let beginning = String(decoding: text[first..<(first + 10)], as: UTF8.self)
        throw ConfigurationError("too long parameter \"\(beginning)...\" started", at: start)
    }

    /// After a closing quote only a blank, `;`, `{` or `)` may follow.
    private mutating func expectSeparator() throws(ConfigurationError) {
        guard let byte = current else { return }
        if Self.isBlank(byte) || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "{") || byte == UInt8(ascii: ")") { return }
        throw ConfigurationError("unexpected \"\(String(decoding: [byte], as: UTF8.self))\"", at: position)
    }

    /// Takes away the backslash before a quote or another backslash, and makes control characters of `\t`, `\r` and `\n`.
    private func unescaped(_ range: Range<Int>) -> [UInt8] {
        guard text[range].contains(UInt8(ascii: "\\")) else { return Array(text[range]) }
        var bytes: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = text[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < range.upperBound, let plain = Self.escapes[text[index]] else {
                bytes.append(byte)
                continue
            }
            bytes.append(plain)
            index += 1
        }
        return bytes
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "'"): UInt8(ascii: "'"), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
        UInt8(ascii: "t"): UInt8(ascii: "\t"), UInt8(ascii: "r"): UInt8(ascii: "\r"), UInt8(ascii: "n"): UInt8(ascii: "\n"),
    ]
}

// Errors.
extension Lexer {
    private func unexpectedEnd(after words: [Argument]) -> ConfigurationError {
        let message =
            file == SourcePosition.commandLine
            ? "unexpected end of parameter, expecting \";\"" : "unexpected end of file, expecting \";\" or \"}\""
        return ConfigurationError(message, at: words[0])
    }

    /// A `}` after words: the line that lacks its `;` is the one before it.
    private func missingSemicolon(before brace: SourcePosition, after words: [Argument]) -> ConfigurationError {
        let last = words[words.count - 1]
        return ConfigurationError(
            "unexpected \"}\"", at: brace,
            hints: ["\"\(words[0].text)\" in line \(words[0].position.line) may lack a \";\" after \"\(last.text)\""])
    }
}
