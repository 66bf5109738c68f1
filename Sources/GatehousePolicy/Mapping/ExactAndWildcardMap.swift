import GatehousePattern

/// The search of nginx's `map`: exact texts in any case, wildcards of host names where asked for, then regular expressions in the
/// order of the configuration. What a text maps to is a number of the caller's, such as a place in a list of templates.
package struct ExactAndWildcardMap: Sendable {
    package struct Match: Sendable, Equatable {
        package var value: Int
        /// The place of the expression that matched, whose captures are set; `nil` where a text did.
        package var pattern: Int?
    }

    private let usesHostnames: Bool
    private var names = NameTable()
    private var patterns: [(pattern: Pattern, value: Int)] = []

    /// - Parameter usesHostnames: `map { hostnames; }`: `*.a`, `.a` and `a.*` are wildcards, and a final dot of the text asked
    ///   for is ignored.
    package init(usesHostnames: Bool = false) { self.usesHostnames = usesHostnames }

    /// - Returns: false where the text is there already (nginx: "conflicting parameter") or is no host name.
    package mutating func add(_ text: String, value: Int) -> Bool {
        usesHostnames ? names.add(text, value: value) : names.add(exactly: Array(text.utf8), value: value)
    }

    package mutating func add(_ pattern: Pattern, value: Int) { patterns.append((pattern, value)) }

    package func pattern(_ place: Int) -> Pattern { patterns[place].pattern }

    /// `nil`: the default applies. `captures` is written where an expression was tried.
    package func find(_ text: Span<UInt8>, captures: inout [Int]) -> Match? {
        if usesHostnames && !text.isEmpty && text[text.count - 1] == UInt8(ascii: ".") {
            return search(text.extracting(0..<(text.count - 1)), captures: &captures)
        }
        return search(text, captures: &captures)
    }

    private func search(_ text: Span<UInt8>, captures: inout [Int]) -> Match? {
        if let value = usesHostnames ? names.find(text) : names.find(exactly: text) { return Match(value: value) }
        if text.isEmpty { return nil }
        for place in patterns.indices where patterns[place].pattern.firstMatch(in: text, captures: &captures) {
            return Match(value: patterns[place].value, pattern: place)
        }
        return nil
    }
}
