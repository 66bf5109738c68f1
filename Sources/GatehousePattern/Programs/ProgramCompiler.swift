/// Turns a tree into instructions. Counted repetition is written out, within a bound.
struct ProgramCompiler {
    /// The most instructions a program may have.
    static let maximumInstructions = 10_000
    /// The most instructions times slots, which bounds what the parallel matcher allocates.
    private static let maximumThreadState = 2_000_000
    /// The most tree nodes visited, for repetitions that produce nothing.
    private static let maximumSteps = 100_000

    private var instructions: [Instruction] = []
    private var sets: [ByteSet] = []
    private var setIndices: [ByteSet: Int32] = [:]
    private var splitCount = 0
    private var steps = 0
    private var repeatsEmpty = false
    /// Where the caret goes when the program grows too large: the innermost quantifier.
    private var offset = 0

    private init() {}

    /// Throws when the program would be too large, or the tree holds what linear matching cannot do.
    static func program(for node: PatternNode, captureCount: Int) throws(PatternError) -> Program {
        var compiler = ProgramCompiler()
        try compiler.emit(node)
        try compiler.append(.match)
        let slotCount = 2 * (captureCount + 1)
        guard compiler.instructions.count * slotCount <= maximumThreadState else {
            throw PatternError(message: "pattern too large: too many captures for its size", offset: 0)
        }
        return Program(
            instructions: compiler.instructions, sets: compiler.sets, splitCount: compiler.splitCount, slotCount: slotCount,
            repeatsEmpty: compiler.repeatsEmpty)
    }

    private var here: Int32 { Int32(instructions.count) }

    private mutating func append(_ instruction: Instruction) throws(PatternError) {
        guard instructions.count < Self.maximumInstructions else { throw tooLarge }
        instructions.append(instruction)
    }

    private var tooLarge: PatternError {
        PatternError(message: "pattern too large: it needs more than \(Self.maximumInstructions) instructions", offset: offset)
    }

    private mutating func emit(_ node: PatternNode) throws(PatternError) {
        steps += 1
        guard steps <= Self.maximumSteps else { throw tooLarge }
        switch node {
        case .empty: break
        case .set(let set): try emit(set)
        case .assertion(let assertion): try append(.assertion(assertion))
        case .sequence(let items):
            for item in items { try emit(item) }
        case .alternatives(let items): try emit(alternatives: items)
        case .repetition(let body, let repetition): try emit(body, repeated: repetition)
        case .capture(let index, let body):
            try append(.save(Int32(2 * index)))
            try emit(body)
            try append(.save(Int32(2 * index + 1)))
        case .atomic(let body, _): try emit(body)
        case .lookahead(_, _, let offset):
            throw PatternError(
                message: "look-ahead is only supported behind a start anchor (^) and text of a fixed length, because matching takes "
                    + "linear time: use a second location or map, or reorder the pattern",
                offset: offset)
        }
    }

    private mutating func emit(_ set: ByteSet) throws(PatternError) {
        if set.count == 1, let byte = set.members.first { return try append(.byte(byte)) }
        let index = setIndices[set] ?? Int32(sets.count)
        if index == sets.count {
            sets.append(set)
            setIndices[set] = index
        }
        try append(.set(index))
    }

    private mutating func emit(alternatives items: [PatternNode]) throws(PatternError) {
        var exits: [Int] = []
        for item in items.dropLast() {
            let split = try appendSplit()
            try emit(item)
            exits.append(instructions.count)
            try append(.jump(0))
            resolve(split, .greedy, body: Int32(split + 1), exit: here)
        }
        if let last = items.last { try emit(last) }
        for exit in exits { instructions[exit] = .jump(here) }
    }

    private mutating func emit(_ body: PatternNode, repeated repetition: Repetition) throws(PatternError) {
        let outerOffset = offset
        offset = repetition.offset
        defer { offset = outerOffset }
        if case .empty = body { return }
        guard let maximum = repetition.maximum else {
            repeatsEmpty = repeatsEmpty || body.isNullable
            for _ in 0..<max(repetition.minimum - 1, 0) { try emit(body) }
            return repetition.minimum == 0 ? try emitStar(body, repetition.greed) : try emitPlus(body, repetition.greed)
        }
        for _ in 0..<repetition.minimum { try emit(body) }
        var splits: [Int] = []
        for _ in repetition.minimum..<maximum {
            splits.append(try appendSplit())
            try emit(body)
        }
        for split in splits { resolve(split, repetition.greed, body: Int32(split + 1), exit: here) }
    }

    /// A body that may match nothing runs as `(body+)?`: then an empty round ends the loop with its captures set, as in PCRE.
    private mutating func emitStar(_ body: PatternNode, _ greed: Repetition.Greed) throws(PatternError) {
        let split = try appendSplit()
        if body.isNullable {
            try emitPlus(body, greed)
        } else {
            try emit(body)
            try append(.jump(Int32(split)))
        }
        resolve(split, greed, body: Int32(split + 1), exit: here)
    }

    private mutating func emitPlus(_ body: PatternNode, _ greed: Repetition.Greed) throws(PatternError) {
        let start = here
        try emit(body)
        let split = try appendSplit()
        resolve(split, greed, body: start, exit: here)
    }

    /// A split whose targets `resolve` fills in.
    private mutating func appendSplit() throws(PatternError) -> Int {
        try append(.split(first: 0, second: 0, guide: Int32(splitCount)))
        splitCount += 1
        return instructions.count - 1
    }

    private mutating func resolve(_ index: Int, _ greed: Repetition.Greed, body: Int32, exit: Int32) {
        guard case .split(_, _, let guide) = instructions[index] else { return }
        instructions[index] =
            greed == .lazy ? .split(first: exit, second: body, guide: guide) : .split(first: body, second: exit, guide: guide)
    }
}
