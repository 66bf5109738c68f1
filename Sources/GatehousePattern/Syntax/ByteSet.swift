/// A set of byte values: one bit for each of the 256.
struct ByteSet: Hashable, Sendable {
    private var words: SIMD4<UInt64> = .zero

    init() {}

    init(_ byte: UInt8) {
        insert(byte)
    }

    init(_ range: ClosedRange<UInt8>) {
        for byte in range { insert(byte) }
    }

    init(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { insert(byte) }
    }

    static let all = ByteSet().inverted

    var isEmpty: Bool { words == .zero }

    var count: Int {
        words[0].nonzeroBitCount + words[1].nonzeroBitCount + words[2].nonzeroBitCount + words[3].nonzeroBitCount
    }

    /// The members in rising order.
    var members: [UInt8] { (UInt8.min...UInt8.max).filter { contains($0) } }

    var inverted: ByteSet {
        var result = self
        result.words = ~words
        return result
    }

    func contains(_ byte: UInt8) -> Bool {
        words[Int(byte >> 6)] & (1 << UInt64(byte & 63)) != 0
    }

    mutating func insert(_ byte: UInt8) {
        words[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
    }

    mutating func formUnion(_ other: ByteSet) {
        words |= other.words
    }

    func intersection(_ other: ByteSet) -> ByteSet {
        var result = self
        result.words &= other.words
        return result
    }

    /// The set with the other case of every ASCII letter in it.
    var ignoringCase: ByteSet {
        var result = self
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
            let capital = letter & ~0x20
            if contains(letter) { result.insert(capital) }
            if contains(capital) { result.insert(letter) }
        }
        return result
    }
}

/// The sets that escapes and POSIX names stand for, over ASCII as in the C locale.
extension ByteSet {
    static let newline = ByteSet(UInt8(ascii: "\n"))
    static let digit = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
    static let lower = ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z"))
    static let upper = ByteSet(UInt8(ascii: "A")...UInt8(ascii: "Z"))
    static let alpha = lower.union(upper)
    static let alnum = alpha.union(digit)
    static let word = alnum.union(ByteSet(UInt8(ascii: "_")))
    static let verticalSpace = ByteSet([0x0A, 0x0B, 0x0C, 0x0D, 0x85])
    static let horizontalSpace = ByteSet([0x09, 0x20, 0xA0])
    static let space = ByteSet([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20])
    static let graph = ByteSet(0x21...0x7E)

    private func union(_ other: ByteSet) -> ByteSet {
        var result = self
        result.formUnion(other)
        return result
    }

    /// The set behind a name as in `[[:name:]]`, nil for an unknown name.
    static func posix(_ name: String) -> ByteSet? {
        switch name {
        case "alpha": alpha
        case "digit": digit
        case "alnum": alnum
        case "word": word
        case "lower": lower
        case "upper": upper
        case "space": space
        case "blank": ByteSet([0x09, 0x20])
        case "cntrl": ByteSet(0...0x1F).union(ByteSet(0x7F))
        case "graph": graph
        case "print": graph.union(ByteSet(0x20))
        case "punct": graph.intersection(alnum.inverted)
        case "xdigit": digit.union(ByteSet("abcdefABCDEF".utf8))
        case "ascii": ByteSet(0...0x7F)
        default: nil
        }
    }
}
