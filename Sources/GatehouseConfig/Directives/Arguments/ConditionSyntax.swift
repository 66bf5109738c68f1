/// The condition of `if (…)`, taken apart but with its texts not yet compiled.
package enum ConditionSyntax: Sendable, Equatable {
    case isTrue(variable: String)
    case equals(variable: String, value: String, negated: Bool)
    case matches(variable: String, pattern: String, caseInsensitive: Bool, negated: Bool)
    case file(path: String, RewriteCondition.FileTest, negated: Bool)

    /// - Parameter arguments: everything between `if` and `{`, the parentheses included.
    package init(parsing arguments: [String]) throws(ArgumentError) {
        let words = try Self.withoutParentheses(arguments)
        let first = words[0]
        if first.text.utf8.count > 1 && first.text.hasPrefix("$") {
            self = try Self.comparison(words)
        } else if let (test, negated) = Self.fileTest(first.text) {
            guard words.count == 2 else { throw Self.invalid(first) }
            self = .file(path: words[1].text, test, negated: negated)
        } else {
            throw Self.invalid(first)
        }
    }

    private typealias Word = (text: String, index: Int)

    private static func invalid(_ word: Word) -> ArgumentError {
        ArgumentError("invalid condition \"\(word.text)\"", at: word.index)
    }

    private static func withoutParentheses(_ arguments: [String]) throws(ArgumentError) -> [Word] {
        var words: [Word] = arguments.enumerated().map { ($0.element, $0.offset) }
        guard let first = words.first, first.text.hasPrefix("(") else { throw invalid(words.first ?? ("", 0)) }
        words[0].text.removeFirst()
        guard words[words.count - 1].text.hasSuffix(")") else { throw invalid(words[words.count - 1]) }
        words[words.count - 1].text.removeLast()
        // Only a parenthesis that stands alone leaves no word behind; an empty quoted word counts.
        if words[0].text.isEmpty && arguments[0] == "(" { words.removeFirst() }
        if let last = words.last, last.text.isEmpty, arguments[last.index] == ")" { words.removeLast() }
        guard !words.isEmpty else { throw invalid((arguments[0], 0)) }
        return words
    }

    private static func comparison(_ words: [Word]) throws(ArgumentError) -> ConditionSyntax {
        let variable = words[0].text
        if words.count == 1 { return .isTrue(variable: variable) }
        guard words.count == 3 else { throw invalid(words[0]) }
        let value = words[2].text
        switch words[1].text {
        case "=": return .equals(variable: variable, value: value, negated: false)
        case "!=": return .equals(variable: variable, value: value, negated: true)
        case "~": return .matches(variable: variable, pattern: value, caseInsensitive: false, negated: false)
        case "~*": return .matches(variable: variable, pattern: value, caseInsensitive: true, negated: false)
        case "!~": return .matches(variable: variable, pattern: value, caseInsensitive: false, negated: true)
        case "!~*": return .matches(variable: variable, pattern: value, caseInsensitive: true, negated: true)
        default: throw ArgumentError("unexpected \"\(words[1].text)\" in condition", at: words[1].index)
        }
    }

    private static func fileTest(_ text: String) -> (RewriteCondition.FileTest, negated: Bool)? {
        let negated = text.hasPrefix("!")
        switch negated ? String(text.dropFirst()) : text {
        case "-f": return (.isFile, negated)
        case "-d": return (.isDirectory, negated)
        case "-e": return (.exists, negated)
        case "-x": return (.isExecutable, negated)
        default: return nil
        }
    }
}
