extension DirectiveReader {
    /// Runs a parser that knows no positions and gives its error the place it is about.
    func checked<Value>(_ parse: @autoclosure () throws(ArgumentError) -> Value) throws(ConfigurationError) -> Value {
        do {
            return try parse()
        } catch {
            throw fail(error.message, at: error.index, hints: error.hints)
        }
    }

    /// Runs `body` when all simple directives of the block have been read, before any block inside it copies its settings.
    func whenSettled(_ body: @escaping (DirectiveReader) throws(ConfigurationError) -> Void) {
        let reader = self
        scope.deferred.insert({ reader.scope.shared.diagnostics.collect { try body(reader) } }, at: 0)
    }

    /// Whether this is the first of several such directives in its block; what an outer level said is replaced then.
    var isFirstInBlock: Bool { scope.seen[name] == position }

    /// Whether the directive was given in this block or in one around it.
    func isGiven(_ directive: String) -> Bool {
        var scope: ConfigurationScope? = scope
        while let here = scope {
            if here.has(directive) { return true }
            scope = here.parent
        }
        return false
    }

    /// The name in `$name`, for what defines or assigns a variable.
    func variableName(_ index: Int) throws(ConfigurationError) -> String {
        let text = string(index)
        guard text.hasPrefix("$"), text.utf8.count > 1 else { throw fail("invalid variable name \"\(text)\"", at: index) }
        return String(text.dropFirst())
    }

    /// A text with variables that stands for a size; checked now where it has no variables.
    func sizeTemplate(_ index: Int) throws(ConfigurationError) -> Template {
        let template = try template(index)
        if let constant = template.constant, Quantity.size(constant, allowsGiga: false) == nil { throw refuse("invalid value", at: index) }
        return template
    }

    /// The words of a set, each known; said twice in one block they add up, as nginx does it.
    func words<Element: Hashable>(
        addedTo given: Set<Element>, _ element: (String) -> Element?
    ) throws(ConfigurationError) -> Set<Element> {
        var result = isFirstInBlock ? [] : given
        for index in 0..<count {
            guard let element = element(string(index)) else { throw fail("invalid value \"\(string(index))\"", at: index) }
            if !result.insert(element).inserted { warn("duplicate value \"\(string(index))\"", at: index) }
        }
        return result
    }

    /// A certificate, key or similar: a file beside the configuration, unless it says another source such as `data:`.
    func certificate(_ index: Int) throws(ConfigurationError) -> Template {
        let template = try template(index)
        guard case .literal(let start)? = template.parts.first, !Self.isAbsoluteOrOtherSource(start) else { return template }
        let directory = Array(scope.shared.paths.configurationDirectory.utf8)
        return Template(source: template.source, parts: [.literal(directory + start)] + template.parts.dropFirst())
    }

    private static func isAbsoluteOrOtherSource(_ text: [UInt8]) -> Bool {
        ["/", "data:", "engine:", "store:"].contains { text.starts(with: $0.utf8) }
    }
}
