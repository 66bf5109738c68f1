/// The 32-bit hash by Austin Appleby that nginx's `split_clients` uses, with seed 0, so that clients keep their part when they
/// move from nginx.
package enum MurmurHash2 {
    package static func hash(_ text: Span<UInt8>) -> UInt32 {
        let factor: UInt32 = 0x5bd1_e995
        var hash = UInt32(truncatingIfNeeded: text.count)
        var place = 0
        while place + 4 <= text.count {
            var word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(text[place + $1]) << UInt32(8 * $1) } &* factor
            word ^= word >> 24
            hash = (hash &* factor) ^ (word &* factor)
            place += 4
        }
        if place < text.count {
            for index in place..<text.count { hash ^= UInt32(text[index]) << UInt32(8 * (index - place)) }
            hash = hash &* factor
        }
        hash ^= hash >> 13
        hash = hash &* factor
        return hash ^ (hash >> 15)
    }
}
