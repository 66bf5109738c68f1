/// Runs all ways through a program side by side, one input byte at a time (Pike's machine): time is bounded by program
/// times input, memory by program times slots, whatever the input's length.
struct ParallelMatcher {
    /// Ways at one position, best first, each program position at most once.
    private struct Threads {
        var dense: [Int32] = []
        var sparse: [Int32]
        var captures: [Int]

        init(program: Program) {
            dense.reserveCapacity(min(program.instructions.count, 64))
            sparse = Array(repeating: 0, count: program.instructions.count)
            captures = Array(repeating: -1, count: program.instructions.count * program.slotCount)
        }

        /// False when it was there before.
        mutating func insert(_ index: Int) -> Bool {
            let place = Int(sparse[index])
            if place < dense.count, dense[place] == Int32(index) { return false }
            sparse[index] = Int32(dense.count)
            dense.append(Int32(index))
            return true
        }
    }

    /// A program position to add, or (with `index` negative) a slot to set back.
    private struct Step {
        var index: Int32
        var value: Int
    }

    private let program: Program
    private let slotCount: Int
    private var current: Threads
    private var next: Threads
    private var steps: [Step] = []
    /// The captures of the way being added.
    private var slots: [Int]

    init(_ program: Program) {
        self.program = program
        slotCount = program.slotCount
        current = Threads(program: program)
        next = Threads(program: program)
        slots = Array(repeating: -1, count: program.slotCount)
    }

    /// Looks for the leftmost match from `start` on. `captures` has the program's slots.
    mutating func search(_ input: Span<UInt8>, from start: Int, captures: inout [Int]) -> Bool {
        let onlyAtStart = program.isAnchored
        var found = false
        var position = start
        while true {
            if current.dense.isEmpty {
                guard !found, !onlyAtStart || position == start else { break }
                guard let candidate = onlyAtStart ? position : program.nextCandidate(in: input, from: position) else { break }
                position = candidate
            }
            if !found, !onlyAtStart || position == start { begin(input, at: position) }
            if step(input, at: position, captures: &captures) { found = true }
            swap(&current, &next)
            next.dense.removeAll(keepingCapacity: true)
            guard position < input.count else { break }
            position += 1
        }
        return found
    }

    private mutating func begin(_ input: Span<UInt8>, at position: Int) {
        for slot in slots.indices { slots[slot] = -1 }
        slots[0] = position
        Self.add(0, to: &current, program, input, at: position, &slots, &steps)
    }

    /// Moves every way over the byte at the position; a match cuts off all that come after it.
    private mutating func step(_ input: Span<UInt8>, at position: Int, captures: inout [Int]) -> Bool {
        for thread in current.dense.indices {
            let index = Int(current.dense[thread])
            let isAlive: Bool
            switch program.instructions[index] {
            case .byte(let byte): isAlive = position < input.count && input[position] == byte
            case .set(let set): isAlive = position < input.count && program.sets[Int(set)].contains(input[position])
            case .match:
                for slot in 0..<slotCount { captures[slot] = current.captures[index * slotCount + slot] }
                captures[1] = position
                return true
            case .assertion, .save, .split, .jump: isAlive = false
            }
            guard isAlive else { continue }
            for slot in 0..<slotCount { slots[slot] = current.captures[index * slotCount + slot] }
            Self.add(index + 1, to: &next, program, input, at: position + 1, &slots, &steps)
        }
        return false
    }

    /// Adds what can be reached without consuming a byte, in order of preference.
    private static func add(
        _ start: Int, to threads: inout Threads, _ program: Program, _ input: Span<UInt8>, at position: Int, _ slots: inout [Int],
        _ steps: inout [Step]
    ) {
        steps.append(Step(index: Int32(start), value: 0))
        while let step = steps.popLast() {
            guard step.index >= 0 else {
                slots[Int(~step.index)] = step.value
                continue
            }
            let index = Int(step.index)
            guard threads.insert(index) else { continue }
            switch program.instructions[index] {
            case .byte, .set, .match:
                let base = index * slots.count
                for slot in slots.indices { threads.captures[base + slot] = slots[slot] }
            case .assertion(let assertion):
                if assertion.holds(in: input, at: position) { steps.append(Step(index: Int32(index + 1), value: 0)) }
            case .save(let slot):
                steps.append(Step(index: ~slot, value: slots[Int(slot)]))
                slots[Int(slot)] = position
                steps.append(Step(index: Int32(index + 1), value: 0))
            case .jump(let target): steps.append(Step(index: target, value: 0))
            case .split(let first, let second, _):
                steps.append(Step(index: second, value: 0))
                steps.append(Step(index: first, value: 0))
            }
        }
    }
}
