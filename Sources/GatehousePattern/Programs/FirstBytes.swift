/// What may come next for a match to go on from an instruction: some bytes, or the end of the text.
struct FirstByteSet: Equatable {
    var bytes = ByteSet()
    var includesEnd = false

    static let anything = FirstByteSet(bytes: .all, includesEnd: true)

    mutating func formUnion(_ other: FirstByteSet) {
        bytes.formUnion(other.bytes)
        includesEnd = includesEnd || other.includesEnd
    }

    /// What is left after an assertion has looked ahead.
    func restricted(by assertion: Assertion) -> FirstByteSet {
        switch assertion {
        case .textEnd: FirstByteSet(bytes: ByteSet(), includesEnd: includesEnd)
        case .endOrFinalNewline, .lineEnd: FirstByteSet(bytes: bytes.intersection(.newline), includesEnd: includesEnd)
        case .textStart, .lineStart, .wordBoundary, .notWordBoundary: self
        }
    }
}

/// The first bytes of every instruction of a program.
struct FirstBytes {
    /// Loops settle in two or three passes; a program that needs more is run without.
    private static let maximumPasses = 12

    private var values: [FirstByteSet]

    /// nil when the answer did not settle within the passes allowed.
    init?(instructions: [Instruction], sets: [ByteSet]) {
        values = Array(repeating: FirstByteSet(), count: instructions.count)
        for _ in 0..<Self.maximumPasses {
            var isSettled = true
            for index in instructions.indices.reversed() {
                let value = value(of: instructions[index], at: index, sets: sets)
                if value != values[index] {
                    values[index] = value
                    isSettled = false
                }
            }
            if isSettled { return }
        }
        return nil
    }

    subscript(index: Int) -> FirstByteSet { values[index] }

    private func value(of instruction: Instruction, at index: Int, sets: [ByteSet]) -> FirstByteSet {
        switch instruction {
        case .byte(let byte): return FirstByteSet(bytes: ByteSet(byte))
        case .set(let set): return FirstByteSet(bytes: sets[Int(set)])
        case .assertion(let assertion): return values[index + 1].restricted(by: assertion)
        case .save: return values[index + 1]
        case .jump(let target): return values[Int(target)]
        case .split(let first, let second, _):
            var union = values[Int(first)]
            union.formUnion(values[Int(second)])
            return union
        case .match: return .anything
        }
    }
}
