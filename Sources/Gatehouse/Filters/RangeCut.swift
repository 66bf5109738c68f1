import GatehouseWire

/// What a 206 keeps of a body, as pieces to be sent one after the other: ranges of the body and the text between them
/// (RFC 9110 §14.6). Knows nothing of where the bytes come from.
package struct RangeCut: Equatable, Sendable {
    package enum Piece: Equatable, Sendable {
        case range(Range<Int>)
        case text([UInt8])
    }

    /// In reverse: the next piece is the last element.
    private var pieces: [Piece]
    /// Bytes of a passing body seen so far.
    private var position = 0
    /// What is left to be sent, in bytes.
    package private(set) var length: Int

    /// The body as it is.
    package init(whole length: Int) {
        self.init([.range(0..<length)])
    }

    package init(_ pieces: [Piece]) {
        self.pieces = pieces.reversed()
        length = 0
        for piece in pieces { length += Self.count(of: piece) }
    }

    private static func count(of piece: Piece) -> Int {
        switch piece {
        case .range(let range): range.count
        case .text(let text): text.count
        }
    }

    package var isAtEnd: Bool { length == 0 }

    /// The next piece; a range is given out in parts of at most `limit` bytes. `nil` at the end.
    package mutating func next(limit: Int) -> Piece? {
        while let piece = pieces.popLast() {
            guard case .range(let range) = piece, range.count > limit else {
                if Self.count(of: piece) == 0 { continue }
                length -= Self.count(of: piece)
                return piece
            }
            let cut = range.lowerBound + limit
            pieces.append(.range(cut..<range.upperBound))
            length -= limit
            return .range(range.lowerBound..<cut)
        }
        return nil
    }

    /// Which of the next `count` bytes of a body passing by are kept. Only for a cut of one range.
    /// - Returns: offsets within these bytes; empty where none is.
    package mutating func pass(_ count: Int) -> Range<Int> {
        let window = position..<(position + count)
        position += count
        guard case .range(let wanted)? = pieces.last else { return 0..<0 }
        let kept = wanted.clamped(to: window)
        if kept.isEmpty { return 0..<0 }
        length -= kept.count
        if kept.upperBound == wanted.upperBound {
            pieces.removeLast()
        } else {
            pieces[pieces.count - 1] = .range(kept.upperBound..<wanted.upperBound)
        }
        return (kept.lowerBound - window.lowerBound)..<(kept.upperBound - window.lowerBound)
    }
}
