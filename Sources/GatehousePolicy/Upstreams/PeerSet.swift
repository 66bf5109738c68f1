/// The peers that one request has tried already. Groups of up to 64 peers need no allocation.
package struct PeerSet: Sendable, Equatable {
    /// Members 0 to 63.
    private var low: UInt64 = 0
    /// Members from 64 on, 64 a word; empty in small groups.
    private var rest: [UInt64] = []

    package init() {}

    package var isEmpty: Bool { low == 0 && rest.allSatisfy { $0 == 0 } }

    package var count: Int { rest.reduce(low.nonzeroBitCount) { $0 + $1.nonzeroBitCount } }

    /// The members, by `PeerID.index`.
    var indices: [Int] {
        var all: [Int] = []
        for (place, word) in ([low] + rest).enumerated() {
            var bits = word
            while bits != 0 {
                all.append(place * 64 + bits.trailingZeroBitCount)
                bits &= bits - 1
            }
        }
        return all
    }

    package func contains(_ peer: PeerID) -> Bool { contains(index: peer.index) }

    package mutating func insert(_ peer: PeerID) {
        if peer.index < 64 {
            low |= 1 << UInt64(peer.index)
            return
        }
        let word = peer.index / 64 - 1
        while rest.count <= word { rest.append(0) }
        rest[word] |= 1 << UInt64(peer.index % 64)
    }

    package mutating func removeAll() {
        low = 0
        rest.removeAll(keepingCapacity: true)
    }

    func contains(index: Int) -> Bool {
        if index < 64 { return low & (1 << UInt64(index)) != 0 }
        let word = index / 64 - 1
        return word < rest.count && rest[word] & (1 << UInt64(index % 64)) != 0
    }
}
