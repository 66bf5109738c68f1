/// A compiled pattern: what the engines run. Immutable, so every thread can run it at once.
final class Program: Sendable {
    let instructions: [Instruction]
    let sets: [ByteSet]
    /// Two for every group, with group 0 first; the engines fill in group 0 themselves.
    let slotCount: Int
    /// For every instruction that more than one leads to, its number among those, else -1. Every loop passes one.
    let joins: [Int32]
    let joinCount: Int
    let classes: ByteClasses
    /// For every set, and every byte class with one column more, whether the set holds the class; rows as in `guide`.
    let members: [Bool]
    let guide: SplitGuide
    /// Whether a match can only begin where the text begins.
    let isAnchored: Bool
    /// Whether a repetition without limit has a body that may match nothing.
    let repeatsEmpty: Bool
    /// For every byte whether a match can begin with it; nil when a match may be empty.
    let firstBytes: [Bool]?

    init(instructions: [Instruction], sets: [ByteSet], splitCount: Int, slotCount: Int, repeatsEmpty: Bool) {
        self.instructions = instructions
        self.repeatsEmpty = repeatsEmpty
        self.sets = sets
        self.slotCount = slotCount
        classes = ByteClasses(instructions: instructions, sets: sets)
        let firsts = FirstBytes(instructions: instructions, sets: sets)
        guide = SplitGuide(instructions: instructions, splitCount: splitCount, firsts: firsts, classes: classes)
        let start = firsts.map { $0[0] }
        firstBytes = start.flatMap { start in
            start.includesEnd ? nil : (UInt8.min...UInt8.max).map { start.bytes.contains($0) }
        }
        let representatives = classes.representatives
        members = sets.flatMap { set in representatives.map { set.contains($0) } + [false] }
        isAnchored = Self.isAnchored(instructions)
        (joins, joinCount) = Self.numberJoins(instructions)
    }

    /// Follows every way that consumes nothing: all of them have to meet the start of the text.
    private static func isAnchored(_ instructions: [Instruction]) -> Bool {
        var seen = [Bool](repeating: false, count: instructions.count)
        var pending = [0]
        while let index = pending.popLast() {
            guard !seen[index] else { continue }
            seen[index] = true
            switch instructions[index] {
            case .assertion(.textStart): continue
            case .byte, .set, .match: return false
            case .assertion, .save: pending.append(index + 1)
            case .jump(let target): pending.append(Int(target))
            case .split(let first, let second, _): pending += [Int(first), Int(second)]
            }
        }
        return true
    }

    private static func numberJoins(_ instructions: [Instruction]) -> (joins: [Int32], count: Int) {
        var incoming = [Int](repeating: 0, count: instructions.count)
        incoming[0] = 1  // the way in
        for (index, instruction) in instructions.enumerated() {
            switch instruction {
            case .jump(let target): incoming[Int(target)] += 1
            case .split(let first, let second, _):
                incoming[Int(first)] += 1
                incoming[Int(second)] += 1
            case .match: break
            case .byte, .set, .assertion, .save: incoming[index + 1] += 1
            }
        }
        var count: Int32 = 0
        let joins = incoming.map { edges -> Int32 in
            guard edges > 1 else { return -1 }
            defer { count += 1 }
            return count
        }
        return (joins, Int(count))
    }
}
