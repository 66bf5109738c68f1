/// How many letters have to be added, dropped, replaced or swapped with their neighbour to make one word of another.
package enum EditDistance {
    /// - Returns: `nil` when it is more than `limit`.
    package static func between(_ first: String, _ second: String, limit: Int) -> Int? {
        let a = Array(first.utf8), b = Array(second.utf8)
        guard abs(a.count - b.count) <= limit, a.count <= 64, b.count <= 64 else { return nil }
        var beforePrevious = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in a.indices {
            var current = [i + 1]
            for j in b.indices {
                var cost = min(previous[j] + (a[i] == b[j] ? 0 : 1), previous[j + 1] + 1, current[j] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforePrevious[j - 1] + 1) }
                current.append(cost)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count] <= limit ? previous[b.count] : nil
    }
}
