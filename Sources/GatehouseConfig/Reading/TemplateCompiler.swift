/// Takes an argument apart into literal text, variables and groups of the last regular expression.
package struct TemplateCompiler {
    package let variables: VariableRegistry
    /// The word the text comes from, for errors.
    package let word: Argument

    package init(variables: VariableRegistry, word: Argument) {
        self.variables = variables
        self.word = word
    }

    /// - Throws: nginx's sentences for a `$` that names nothing and for a missing closing bracket.
    package func compile(_ text: [UInt8]) throws(ConfigurationError) -> Template {
        var parts: [Template.Part] = []
        var literal: [UInt8] = []
        var index = 0
        while index < text.count {
            guard text[index] == UInt8(ascii: "$") else {
                literal.append(text[index])
                index += 1
                continue
            }
            if !literal.isEmpty { parts.append(.literal(literal)) }
            literal.removeAll()
            parts.append(try variable(in: text, after: &index))
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        return Template(source: String(decoding: text, as: UTF8.self), parts: parts)
    }

    /// - Parameter index: at the `$`; afterwards behind the name.
    private func variable(in text: [UInt8], after index: inout Int) throws(ConfigurationError) -> Template.Part {
        index += 1
        guard index < text.count else { throw ConfigurationError("invalid variable name", at: word) }
        if text[index] >= UInt8(ascii: "1"), text[index] <= UInt8(ascii: "9") {
            index += 1
            return .capture(Int(text[index - 1] - UInt8(ascii: "0")))
        }
        let isBracketed = text[index] == UInt8(ascii: "{")
        if isBracketed { index += 1 }
        let name = text[index...].prefix(while: Self.isNameByte)
        index += name.count
        if isBracketed {
            guard index < text.count, text[index] == UInt8(ascii: "}") else {
                let text = String(decoding: name, as: UTF8.self)
                throw ConfigurationError("the closing bracket in \"\(text)\" variable is missing", at: word)
            }
            index += 1
        }
        guard !name.isEmpty else { throw ConfigurationError("invalid variable name", at: word) }
        return .variable(variables.reference(String(decoding: name, as: UTF8.self), usedIn: word))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
