/// Depth-first matching that notes every (join, position) it has been at and never goes there twice, so the time is
/// bounded by program times input. Used while that product is small enough for a bit map.
struct Backtracker {
    /// The largest bit map, in bits.
    static let maximumBits = 256 * 1024

    /// A way still to try, or (with `index` negative) a slot to set back.
    private struct Job {
        var index: Int32
        var position: Int
    }

    private let program: Program
    private let width: Int
    /// Empty until the first note.
    private var visited: [UInt64] = []
    private var jobs: [Job] = []
    /// Whether the walk may come back to where it is now: it can begin at several places, has met a choice, or could go
    /// round without consuming. Until then every step was the only one possible, and needs no note.
    private var mayReturn: Bool

    init(_ program: Program, inputCount: Int) {
        self.program = program
        width = inputCount + 1
        mayReturn = !program.isAnchored || program.repeatsEmpty
    }

    static func isSuited(_ program: Program, inputCount: Int) -> Bool {
        let (bits, overflowed) = program.joinCount.multipliedReportingOverflow(by: inputCount + 1)
        return !overflowed && bits <= maximumBits
    }

    /// Looks for a match that begins at this position. `captures` has the program's slots, all -1, and again so
    /// when there is none.
    mutating func match(_ input: Span<UInt8>, at start: Int, captures: inout [Int]) -> Bool {
        jobs.removeAll(keepingCapacity: true)
        var job = Job(index: 0, position: start)
        while true {
            let end = run(
                job, input, &captures, instructions: program.instructions, joins: program.joins, classes: program.classes.map,
                members: program.members, choices: program.guide.choices)
            if let end {
                captures[0] = start
                captures[1] = end
                return true
            }
            guard let next = nextJob(&captures) else { break }
            job = next
        }
        for slot in captures.indices { captures[slot] = -1 }
        return false
    }

    /// Undoes captures until there is a way left to try.
    private mutating func nextJob(_ captures: inout [Int]) -> Job? {
        while let job = jobs.popLast() {
            if job.index >= 0 { return job }
            captures[Int(~job.index)] = job.position
        }
        return nil
    }

    /// Follows one way to its end; returns where it matched. The tables are the program's.
    private mutating func run(
        _ job: Job, _ input: Span<UInt8>, _ captures: inout [Int], instructions: [Instruction], joins: [Int32], classes: [UInt8],
        members: [Bool], choices: [UInt8]
    ) -> Int? {
        let end = input.count
        let stride = program.guide.stride
        var index = Int(job.index)
        var position = job.position
        while true {
            let join = Int(joins[index])
            if join >= 0, !visit(join, position) { return nil }
            switch instructions[index] {
            case .byte(let byte):
                guard position < end, input[position] == byte else { return nil }
                position += 1
                index += 1
            case .set(let set):
                guard position < end, members[Int(set) * stride + Int(classes[Int(input[position])])] else { return nil }
                position += 1
                index += 1
            case .assertion(let assertion):
                guard assertion.holds(in: input, at: position) else { return nil }
                index += 1
            case .save(let slot):
                if !jobs.isEmpty { jobs.append(Job(index: ~slot, position: captures[Int(slot)])) }
                captures[Int(slot)] = position
                index += 1
            case .jump(let target):
                index = Int(target)
            case .split(let first, let second, let guide):
                let row = Int(guide) * stride
                switch choices[row + (position < end ? Int(classes[Int(input[position])]) : stride - 1)] {
                case SplitGuide.first: index = Int(first)
                case SplitGuide.second: index = Int(second)
                case SplitGuide.both:
                    if jobs.capacity == 0 { jobs.reserveCapacity(16) }
                    jobs.append(Job(index: second, position: position))
                    mayReturn = true
                    index = Int(first)
                case SplitGuide.scan:
                    // The first way consumes this byte and comes back: stay here for as long as that is so.
                    position += 1
                    while position < end, choices[row + Int(classes[Int(input[position])])] == SplitGuide.scan {
                        if join >= 0, !visit(join, position) { return nil }
                        position += 1
                    }
                default: return nil
                }
            case .match:
                return position
            }
        }
    }

    /// False when this place has been tried before.
    @inline(__always)
    private mutating func visit(_ join: Int, _ position: Int) -> Bool {
        guard mayReturn else { return true }
        if visited.isEmpty { visited = Array(repeating: 0, count: (program.joinCount * width + 63) >> 6) }
        let bit = join * width + position
        let mask: UInt64 = 1 << UInt64(bit & 63)
        guard visited[bit >> 6] & mask == 0 else { return false }
        visited[bit >> 6] |= mask
        return true
    }
}
