import GatehousePattern

/// The virtual servers of one listening address, found by the host a client asks for (`server_name`).
///
/// nginx's precedence: the exact name, the longest wildcard at the beginning, the longest at the end, the regular expressions in
/// the order of the configuration, the default server.
public struct ServerNames<Value: Sendable>: Sendable {
    /// What a search found.
    public struct Match {
        @usableFromInline package var value: Value
        /// Which regular expression decided, by its place in the order of `add`; its captures are then set.
        @usableFromInline package var pattern: Int?
        /// No name matched.
        @usableFromInline package var isDefault: Bool

        @inlinable init(value: Value, pattern: Int? = nil, isDefault: Bool = false) {
            self.value = value
            self.pattern = pattern
            self.isDefault = isDefault
        }
    }

    @usableFromInline var index = NameIndex()
    @usableFromInline var values: [Value] = []
    @usableFromInline package var fallback: Value

    package init(default fallback: Value) { self.fallback = fallback }

    /// Adds a literal or wildcard name, empty for requests without a host.
    /// - Returns: false where the name is taken (nginx: "conflicting server name … ignored") or cannot be (a star in the middle).
    package mutating func add(_ name: String, _ value: Value) -> Bool {
        guard index.names.add(name, value: values.count) else { return false }
        values.append(value)
        return true
    }

    /// Adds a regular expression behind all others.
    package mutating func add(_ pattern: Pattern, _ value: Value) {
        index.patterns.append((pattern, values.count))
        values.append(value)
    }

    package func pattern(_ place: Int) -> Pattern { index.patterns[place].pattern }

    /// The server for a host, which is without port and trailing dot. `captures` is written where a pattern was tried.
    @inlinable package func find(_ host: Span<UInt8>, captures: inout [Int]) -> Match {
        let found = index.find(host, captures: &captures)
        if found.value < 0 { return Match(value: fallback, isDefault: true) }
        return Match(value: values[found.value], pattern: found.pattern < 0 ? nil : found.pattern)
    }
}

/// The part of `ServerNames` that does not depend on what the names stand for.
@usableFromInline struct NameIndex: Sendable {
    var names = NameTable()
    var patterns: [(pattern: Pattern, value: Int)] = []

    /// -1 where there is none.
    @usableFromInline func find(_ host: Span<UInt8>, captures: inout [Int]) -> (value: Int, pattern: Int) {
        if let value = names.find(host) { return (value, -1) }
        if host.isEmpty { return (-1, -1) }
        for place in patterns.indices where patterns[place].pattern.firstMatch(in: host, captures: &captures) {
            return (patterns[place].value, place)
        }
        return (-1, -1)
    }
}
