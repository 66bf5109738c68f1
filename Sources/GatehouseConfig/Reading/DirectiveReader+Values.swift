import GatehousePattern

/// Typed values of arguments. Each throws nginx's own sentence.
extension DirectiveReader {
    /// `on` or `off`.
    package func flag(_ index: Int = 0) throws(ConfigurationError) -> Bool {
        switch string(index).lowercased() {
        case "on": return true
        case "off": return false
        default: throw fail("invalid value \"\(string(index))\" in \"\(name)\" directive, it must be \"on\" or \"off\"", at: index)
        }
    }

    package func integer(_ index: Int, in range: ClosedRange<Int> = 0...Int.max) throws(ConfigurationError) -> Int {
        guard let value = Quantity.integer(bytes(index)) else { throw refuse("invalid number", at: index) }
        if value < range.lowerBound && range.upperBound == .max {
            throw fail("value must be equal to or greater than \(range.lowerBound)", at: index)
        }
        guard range.contains(value) else {
            throw fail("value must be between \(range.lowerBound) and \(range.upperBound)", at: index)
        }
        return value
    }

    /// Bytes; `k` and `m` multiply.
    package func size(_ index: Int) throws(ConfigurationError) -> Int {
        guard let value = Quantity.size(bytes(index), allowsGiga: false) else { throw refuse("invalid value", at: index) }
        return value
    }

    /// Bytes of a file or body; `k`, `m` and `g` multiply.
    package func offset(_ index: Int) throws(ConfigurationError) -> Int {
        guard let value = Quantity.size(bytes(index), allowsGiga: true) else { throw refuse("invalid value", at: index) }
        return value
    }

    /// `1h 30m`, `500ms`, `10` (seconds).
    /// - Parameter wholeSeconds: for what nginx counts in seconds: `ms` is refused.
    package func duration(_ index: Int, wholeSeconds: Bool = false) throws(ConfigurationError) -> Duration {
        guard let value = Quantity.duration(bytes(index), wholeSeconds: wholeSeconds) else { throw refuse("invalid value", at: index) }
        return value
    }

    /// `COUNT SIZE` from two arguments.
    package func buffers(_ index: Int = 0) throws(ConfigurationError) -> BufferCount {
        guard let count = Quantity.integer(bytes(index)), count > 0 else { throw refuse("invalid value", at: index) }
        guard let size = Quantity.size(bytes(index + 1), allowsGiga: false), size > 0 else { throw refuse("invalid value", at: index + 1) }
        return BufferCount(count: count, size: size)
    }

    /// One word of several.
    package func option<Value>(_ index: Int, _ choices: KeyValuePairs<String, Value>) throws(ConfigurationError) -> Value {
        let word = string(index)
        if let choice = choices.first(where: { $0.key == word }) { return choice.value }
        let accepted = choices.map { "\"\($0.key)\"" }.joined(separator: ", ")
        throw fail("invalid value \"\(word)\"", at: index, hints: ["\"\(name)\" accepts \(accepted)"])
    }

    /// `key=value`; `value` is `nil` when there is no `=`.
    package func keyValue(_ index: Int) -> (key: String, value: String?) {
        let bytes = bytes(index)
        guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return (string(index), nil) }
        return (String(decoding: bytes[..<equals], as: UTF8.self), String(decoding: bytes[(equals + 1)...], as: UTF8.self))
    }

    /// An absolute path.
    package func path(_ index: Int, _ base: ConfigurationPaths.Base) -> String {
        scope.shared.paths.absolute(string(index), base)
    }

    /// Compiles variables; those that no directive defines are reported when the whole configuration is read.
    package func template(_ index: Int) throws(ConfigurationError) -> Template {
        try template(bytes(index), at: index)
    }

    /// Compiles a part of an argument.
    package func template(_ text: [UInt8], at index: Int) throws(ConfigurationError) -> Template {
        try TemplateCompiler(variables: scope.http.variables, word: argument(index)).compile(text)
    }

    /// A regular expression, and slots for its named groups.
    package func pattern(_ index: Int, caseInsensitive: Bool = false) throws(ConfigurationError) -> CapturingPattern {
        try pattern(string(index), at: index, caseInsensitive: caseInsensitive)
    }

    /// Compiles a part of an argument, such as what follows `~`.
    package func pattern(_ source: String, at index: Int, caseInsensitive: Bool = false) throws(ConfigurationError) -> CapturingPattern {
        do {
            let pattern = try Pattern(source, caseInsensitive: caseInsensitive)
            let variables = scope.http.variables
            return CapturingPattern(
                pattern: pattern, names: pattern.captureNames.map { (group: $0.index, slot: variables.slot(assigned: $0.name)) })
        } catch {
            let rest = String(decoding: source.utf8.dropFirst(error.offset), as: UTF8.self)
            throw fail("invalid regular expression \"\(source)\": \(error.message)\(rest.isEmpty ? "" : " at \"\(rest)\"")", at: index)
        }
    }
}
