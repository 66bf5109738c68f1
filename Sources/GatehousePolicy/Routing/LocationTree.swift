import GatehousePattern

/// The locations of one server and the search among them, as nginx searches:
///
/// 1. the exact location ends the search; else the longest prefix is remembered, and searched for nested locations,
/// 2. unless that prefix was written with `^~`, the regular expressions are tried in the order of the configuration, those
///    nested in the remembered prefix before those beside it, and the first that matches wins, after a search inside it,
/// 3. else the remembered prefix.
public struct LocationTree<Value: Sendable>: Sendable {
    package enum Kind: Sendable {
        /// `location = /path`
        case exact
        /// `location /path`
        case prefix
        /// `location ^~ /path`
        case decisivePrefix
        /// `location ~ pattern`
        case pattern(Pattern)
        /// `location @name`: reached by name only
        case named
    }

    /// What a search found.
    public struct Match {
        @usableFromInline package var value: Value
        @usableFromInline package var location: LocationID
        /// Length of the location's path, which `proxy_pass` and `alias` replace; 0 for a regular expression.
        @usableFromInline package var pathLength: Int
        /// The location whose regular expression matched last, whose captures are set: this one, or one around it.
        @usableFromInline package var pattern: LocationID?
        /// The path lacks only the location's final slash: the answer is a redirect to the location (301).
        @usableFromInline package var needsSlash: Bool

        @inlinable init(value: Value, found: LocationIndex.Found, pathLength: Int) {
            self.value = value
            location = LocationID(index: found.location)
            self.pathLength = pathLength
            pattern = found.pattern < 0 ? nil : LocationID(index: found.pattern)
            needsSlash = found.needsSlash
        }
    }

    @usableFromInline var index = LocationIndex()
    @usableFromInline var values: [Value] = []
    private var named: [String: LocationID] = [:]

    package init() {}

    /// - Parameters:
    ///   - path: the decoded path, the expression, or the name with its `@`.
    ///   - parent: the location this one is nested in.
    ///   - addsSlash: requests for the path without its final slash are redirected (`proxy_pass` and its kin).
    /// - Returns: `nil` where the same location exists already (nginx: "duplicate location").
    package mutating func add(
        _ kind: Kind, path: String, _ value: Value, in parent: LocationID? = nil, addsSlash: Bool = false
    ) -> LocationID? {
        let id = LocationID(index: values.count)
        switch kind {
        case .named:
            guard named[path] == nil else { return nil }
            named[path] = id
            index.addUnreachable()
        case .pattern(let pattern):
            index.add(pattern: pattern, in: parent?.index)
        case .exact, .prefix, .decisivePrefix:
            let isAdded = index.add(
                path: Array(path.utf8), isExact: kind.isExact, isDecisive: kind.isDecisive, addsSlash: addsSlash, in: parent?.index)
            guard isAdded else { return nil }
        }
        values.append(value)
        return id
    }

    package func value(of location: LocationID) -> Value { values[location.index] }

    /// The expression of a location of kind `pattern`.
    package func pattern(of location: LocationID) -> Pattern? { index.pattern(of: location.index) }

    /// A named location, by its name with the `@`.
    package func named(_ name: String) -> (location: LocationID, value: Value)? {
        named[name].map { ($0, values[$0.index]) }
    }

    /// The location for a decoded path; `nil` where none matches. Allocates nothing unless a regular expression is tried.
    @inlinable package func find(_ path: Span<UInt8>, captures: inout [Int]) -> Match? {
        let found = index.find(path, captures: &captures)
        if found.location < 0 { return nil }
        return Match(value: values[found.location], found: found, pathLength: index.pathLength(of: found.location))
    }
}

extension LocationTree.Kind {
    var isExact: Bool { if case .exact = self { true } else { false } }
    var isDecisive: Bool { if case .decisivePrefix = self { true } else { false } }
}

/// Names one location of a server's `LocationTree`.
public struct LocationID: Hashable, Sendable {
    @usableFromInline package var index: Int

    @inlinable package init(index: Int) { self.index = index }
}
