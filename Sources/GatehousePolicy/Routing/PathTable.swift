/// The static locations of one level, sorted so that one binary search finds the exact path, the path with a slash added, and the
/// longest prefix.
struct PathTable: Sendable {
    enum Found: Equatable {
        case exact(Int)
        /// The location's path is the one asked for and a final slash.
        case needsSlash(Int)
        case prefix(Int)
        case none
    }

    private struct Entry: Sendable {
        /// Where the path is in `bytes`.
        var start: Int
        var count: Int
        /// `location = path`, and `location path`; -1 where there is none.
        var exact: Int
        var inclusive: Int
        var addsSlash: Bool
        /// The entry whose path is the longest true prefix of this one's and that isn't exact only; -1 where there is none.
        var shorter: Int
    }

    private var entries: [Entry] = []
    private var bytes: [UInt8] = []

    /// False where that location exists.
    mutating func insert(_ path: [UInt8], location: Int, isExact: Bool, addsSlash: Bool) -> Bool {
        let place = firstEntry(above: path.span)
        if place > 0 && entries[place - 1].count == path.count && isPrefix(place - 1, of: path.span) {
            guard (isExact ? entries[place - 1].exact : entries[place - 1].inclusive) < 0 else { return false }
            if isExact { entries[place - 1].exact = location } else { entries[place - 1].inclusive = location }
            entries[place - 1].addsSlash = entries[place - 1].addsSlash || addsSlash
        } else {
            let entry = Entry(
                start: bytes.count, count: path.count, exact: isExact ? location : -1, inclusive: isExact ? -1 : location,
                addsSlash: addsSlash, shorter: -1)
            bytes.append(contentsOf: path)
            entries.insert(entry, at: place)
        }
        linkPrefixes()
        return true
    }

    func find(_ path: Span<UInt8>) -> Found {
        let above = firstEntry(above: path)
        var place = above - 1
        if place >= 0 && entries[place].count == path.count && isPrefix(place, of: path) {
            return entries[place].exact >= 0 ? .exact(entries[place].exact) : .prefix(entries[place].inclusive)
        }
        if above < entries.count && entries[above].addsSlash && isPathWithSlash(above, path) {
            return .needsSlash(entries[above].exact >= 0 ? entries[above].exact : entries[above].inclusive)
        }
        while place >= 0 {
            if entries[place].inclusive >= 0 && isPrefix(place, of: path) { return .prefix(entries[place].inclusive) }
            place = entries[place].shorter
        }
        return .none
    }

    /// nginx's order of paths: the slash comes before all other bytes, so that a path with a slash added follows at once.
    @inline(__always)
    private static func rank(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "/"): 0
        case 0: UInt8(ascii: "/")
        default: byte
        }
    }

    private func firstEntry(above path: Span<UInt8>) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if isAbove(middle, path) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    private func isAbove(_ place: Int, _ path: Span<UInt8>) -> Bool {
        let entry = entries[place]
        for index in 0..<min(entry.count, path.count) where bytes[entry.start + index] != path[index] {
            return Self.rank(bytes[entry.start + index]) > Self.rank(path[index])
        }
        return entry.count > path.count
    }

    private func isPrefix(_ place: Int, of path: Span<UInt8>) -> Bool {
        entries[place].count <= path.count && agree(place, path, upTo: entries[place].count)
    }

    private func isPathWithSlash(_ place: Int, _ path: Span<UInt8>) -> Bool {
        let entry = entries[place]
        guard entry.count == path.count + 1, bytes[entry.start + path.count] == UInt8(ascii: "/") else { return false }
        return agree(place, path, upTo: path.count)
    }

    private func agree(_ place: Int, _ path: Span<UInt8>, upTo count: Int) -> Bool {
        let start = entries[place].start
        for index in 0..<count where bytes[start + index] != path[index] { return false }
        return true
    }

    private mutating func linkPrefixes() {
        for place in entries.indices {
            let path = Array(bytes[entries[place].start..<(entries[place].start + entries[place].count)])
            var shorter = place - 1
            while shorter >= 0 && !(entries[shorter].inclusive >= 0 && isPrefix(shorter, of: path.span)) {
                shorter = entries[shorter].shorter
            }
            entries[place].shorter = shorter
        }
    }
}
