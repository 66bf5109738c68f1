import GatehousePattern

/// The part of `LocationTree` that does not depend on what the locations stand for: locations are numbers from 0 on.
@usableFromInline struct LocationIndex: Sendable {
    @usableFromInline struct Found: Sendable {
        /// -1: none.
        @usableFromInline var location = -1
        /// The location whose expression matched last, whose captures are set; -1: none.
        @usableFromInline var pattern = -1
        @usableFromInline var needsSlash = false
    }

    /// What is known of each location; only a location with nested ones has a level.
    private struct Location: Sendable {
        var pathLength: Int
        var isDecisive = false
        var pattern: Pattern?
        var level: Int?
    }

    /// The locations of a server, or those nested in one location.
    private struct Level: Sendable {
        var paths = PathTable()
        var patterns: [Int] = []
    }

    private enum Search { case exact, needsSlash, prefix, pattern, none }

    private var locations: [Location] = []
    private var levels = [Level()]

    /// A location that only its number leads to.
    mutating func addUnreachable() { locations.append(Location(pathLength: 0)) }

    mutating func add(pattern: Pattern, in parent: Int?) {
        let level = makeLevel(in: parent)
        levels[level].patterns.append(locations.count)
        locations.append(Location(pathLength: 0, pattern: pattern))
    }

    /// False where the level has such a location already.
    mutating func add(path: [UInt8], isExact: Bool, isDecisive: Bool, addsSlash: Bool, in parent: Int?) -> Bool {
        let level = makeLevel(in: parent)
        guard levels[level].paths.insert(path, location: locations.count, isExact: isExact, addsSlash: addsSlash) else {
            return false
        }
        locations.append(Location(pathLength: path.count, isDecisive: isDecisive))
        return true
    }

    @usableFromInline func pathLength(of location: Int) -> Int { locations[location].pathLength }

    func pattern(of location: Int) -> Pattern? { locations[location].pattern }

    @usableFromInline func find(_ path: Span<UInt8>, captures: inout [Int]) -> Found {
        var found = Found()
        _ = search(level: 0, path, &found, &captures)
        return found
    }

    private mutating func makeLevel(in parent: Int?) -> Int {
        guard let parent else { return 0 }
        if let level = locations[parent].level { return level }
        levels.append(Level())
        locations[parent].level = levels.count - 1
        return levels.count - 1
    }

    private func search(level: Int?, _ path: Span<UInt8>, _ found: inout Found, _ captures: inout [Int]) -> Search {
        guard let level else { return .none }
        var result = Search.none
        var mayTryPatterns = true
        switch levels[level].paths.find(path) {
        case .exact(let location):
            found = Found(location: location)
            return .exact
        case .needsSlash(let location):
            found = Found(location: location, needsSlash: true)
            return .needsSlash
        case .prefix(let location):
            found = Found(location: location)
            mayTryPatterns = !locations[location].isDecisive
            result = search(level: locations[location].level, path, &found, &captures)
            if result == .exact || result == .needsSlash || result == .pattern { return result }
            result = .prefix
        case .none:
            break
        }
        if mayTryPatterns && searchPatterns(of: level, path, &found, &captures) { return .pattern }
        return result
    }

    /// Whether one of the level's expressions matched; what is nested in it has then been searched too.
    private func searchPatterns(of level: Int, _ path: Span<UInt8>, _ found: inout Found, _ captures: inout [Int]) -> Bool {
        for location in levels[level].patterns {
            guard let pattern = locations[location].pattern, pattern.firstMatch(in: path, captures: &captures) else { continue }
            found = Found(location: location, pattern: location)
            if let inner = locations[location].level {
                let outer = captures
                _ = search(level: inner, path, &found, &captures)
                // The captures stay those of the last expression that matched; nginx redirects from no location inside one.
                found.needsSlash = false
                if found.pattern < 0 { found.pattern = location }
                if found.pattern == location { captures = outer }
            }
            return true
        }
        return false
    }
}
