/// Ranges of IPv4 addresses, kept for each /16 as nginx keeps them, so that the same overlaps are allowed: a range may lie inside an
/// earlier one or repeat it, but not cross it.
struct AddressRanges: Sendable {
    enum AddResult: Equatable, Sendable {
        case added
        /// The range, or the part of it in some /16, was there already and now stands for the new value.
        case replaced(old: Int)
        /// It crosses this earlier one.
        case overlaps(first: UInt32, last: UInt32)
    }

    private struct Piece: Sendable {
        var first: UInt32
        var last: UInt32
        var value: Int
    }

    /// The pieces in each /16, in order; empty as long as there is none at all.
    private var blocks: [[Piece]] = []

    mutating func add(_ range: ClosedRange<UInt32>, value: Int) -> AddResult {
        if blocks.isEmpty { blocks = [[Piece]](repeating: [], count: 65536) }
        var result = AddResult.added
        for block in (range.lowerBound >> 16)...(range.upperBound >> 16) {
            let piece = Self.part(of: range, in: block, value: value)
            switch Self.insert(piece, into: &blocks[Int(block)]) {
            case .added: continue
            case .replaced(let old): result = .replaced(old: old)
            case .overlaps(let first, let last): return .overlaps(first: first, last: last)
            }
        }
        return result
    }

    /// False where the range, as it is now, is not there in whole.
    mutating func remove(_ range: ClosedRange<UInt32>) -> Bool {
        if blocks.isEmpty { return false }
        var isWhole = true
        for block in (range.lowerBound >> 16)...(range.upperBound >> 16) {
            let piece = Self.part(of: range, in: block, value: 0)
            let place = Self.place(endingFrom: piece.first, in: blocks[Int(block)])
            if place < blocks[Int(block)].count, blocks[Int(block)][place].first == piece.first,
                blocks[Int(block)][place].last == piece.last
            {
                blocks[Int(block)].remove(at: place)
            } else {
                isWhole = false
            }
        }
        return isWhole
    }

    func value(for address: UInt32) -> Int? {
        if blocks.isEmpty { return nil }
        let pieces = blocks[Int(address >> 16)]
        let place = Self.place(endingFrom: address, in: pieces)
        return place < pieces.count && pieces[place].first <= address ? pieces[place].value : nil
    }

    private static func part(of range: ClosedRange<UInt32>, in block: UInt32, value: Int) -> Piece {
        Piece(first: max(range.lowerBound, block << 16), last: min(range.upperBound, block << 16 | 0xffff), value: value)
    }

    /// The first piece that ends at `address` or behind it. Pieces are in order and apart, so halving finds it: a /16 may hold 65536.
    private static func place(endingFrom address: UInt32, in pieces: [Piece]) -> Int {
        var low = 0
        var high = pieces.count
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].last < address { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func insert(_ piece: Piece, into pieces: inout [Piece]) -> AddResult {
        let place = place(endingFrom: piece.first, in: pieces)
        guard place < pieces.count, pieces[place].first <= piece.last else {
            pieces.insert(piece, at: place)
            return .added
        }
        let outer = pieces[place]
        if outer.first == piece.first && outer.last == piece.last {
            pieces[place].value = piece.value
            return .replaced(old: outer.value)
        }
        guard outer.first <= piece.first && piece.last <= outer.last else {
            return .overlaps(first: outer.first, last: outer.last)
        }
        var parts = [piece]
        if outer.first < piece.first { parts.insert(Piece(first: outer.first, last: piece.first - 1, value: outer.value), at: 0) }
        if piece.last < outer.last { parts.append(Piece(first: piece.last + 1, last: outer.last, value: outer.value)) }
        pieces.replaceSubrange(place...place, with: parts)
        return .added
    }
}
