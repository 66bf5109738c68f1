/// Says at a split which of its two ways the next byte leaves open, so that most splits need no trying.
struct SplitGuide: Sendable {
    static let neither: UInt8 = 0
    static let first: UInt8 = 1
    static let second: UInt8 = 2
    static let both: UInt8 = 3
    /// Only the first way is open, and all it does is consume the byte and come back to the split.
    static let scan: UInt8 = 4

    /// A row for each split.
    let choices: [UInt8]
    /// One column for each byte class, and the last for the end of the text.
    let stride: Int

    init(instructions: [Instruction], splitCount: Int, firsts: FirstBytes?, classes: ByteClasses) {
        stride = classes.count + 1
        var choices = [UInt8](repeating: Self.both, count: splitCount * stride)
        if let firsts {
            let representatives = classes.representatives
            for (index, instruction) in instructions.enumerated() {
                guard case .split(let first, let second, let guide) = instruction else { continue }
                let (one, other) = (firsts[Int(first)], firsts[Int(second)])
                let alone = Self.comesBack(to: index, from: Int(first), in: instructions) ? Self.scan : Self.first
                let row = Int(guide) * stride
                for (column, byte) in representatives.enumerated() {
                    choices[row + column] = Self.choice(one.bytes.contains(byte), other.bytes.contains(byte), alone)
                }
                choices[row + classes.count] = Self.choice(one.includesEnd, other.includesEnd, Self.first)
            }
        }
        self.choices = choices
    }

    private static func choice(_ isFirstOpen: Bool, _ isSecondOpen: Bool, _ alone: UInt8) -> UInt8 {
        switch (isFirstOpen, isSecondOpen) {
        case (false, false): neither
        case (true, false): alone
        case (false, true): second
        case (true, true): both
        }
    }

    /// Whether the way from `start` is one consuming instruction and then the split again.
    private static func comesBack(to split: Int, from start: Int, in instructions: [Instruction]) -> Bool {
        switch instructions[start] {
        case .byte, .set: break
        case .assertion, .save, .split, .jump, .match: return false
        }
        if start + 1 == split { return true }
        if case .jump(let target) = instructions[start + 1] { return Int(target) == split }
        return false
    }
}
