/// Random numbers from a seed (SplitMix64), so that a failure can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// A pattern and texts for it, made up from a seed.
struct RandomPattern {
    private static let places = ["^", "$", "\\z", "\\b", "\\B", "(?m:^)", "(?m:$)"]
    private static let letters = Array("abc/1".utf8)
    private static let textBytes = Array("aabbc/1A \n".utf8)

    private var generator: SeededGenerator
    private let repeatsNullable: Bool
    private(set) var captureCount = 0
    private(set) var pattern = OraclePattern.sequence([])

    /// With `repeatsNullable`, a repeated part may match nothing; then only the answer yes or no is comparable.
    init(seed: UInt64, repeatsNullable: Bool) {
        generator = SeededGenerator(seed: seed)
        self.repeatsNullable = repeatsNullable
        pattern = alternatives(depth: 3)
    }

    mutating func text() -> [UInt8] {
        (0..<below(12)).map { _ in Self.textBytes[below(Self.textBytes.count)] }
    }

    private mutating func below(_ limit: Int) -> Int {
        Int.random(in: 0..<limit, using: &generator)
    }

    private mutating func alternatives(depth: Int) -> OraclePattern {
        .alternatives((0..<[1, 1, 2, 3][below(4)]).map { _ in sequence(depth: depth) })
    }

    private mutating func sequence(depth: Int) -> OraclePattern {
        .sequence((0..<below(4)).map { _ in repeated(atom(depth: depth)) })
    }

    private mutating func repeated(_ atom: OraclePattern) -> OraclePattern {
        guard below(3) == 0, repeatsNullable || !atom.isNullable else { return atom }
        let minimum = below(3)
        let maximum = below(2) == 0 ? nil : minimum + below(3)
        return .repetition(atom, minimum: minimum, maximum: maximum, isLazy: below(3) == 0)
    }

    private mutating func atom(depth: Int) -> OraclePattern {
        switch below(depth > 0 ? 12 : 8) {
        case 0...3: return .byte(Self.letters[below(Self.letters.count)])
        case 4: return .dot
        case 5: return .anyOf([Self.letters[below(3)], Self.letters[below(5)]], isNegated: below(2) == 0)
        case 6: return .byte(UInt8(ascii: "\n"))
        case 7: return .place(Self.places[below(Self.places.count)])
        case 8: return .group(alternatives(depth: depth - 1), capture: nil)
        default:
            captureCount += 1
            let index = captureCount
            return .group(alternatives(depth: depth - 1), capture: index)
        }
    }
}
