/// Builds the table of a small program beforehand: a state is the set of places in the program that the bytes so far can
/// have led to, and what the last byte was as far as assertions care.
struct AutomatonBuilder {
    private static let maximumStates = 2_000
    private static let maximumCells = 128 * 1024
    /// Program places visited in all, which bounds the time a hostile pattern takes to compile.
    private static let maximumWork = 1_000_000

    /// What stands before the place where a state is.
    private enum Before: UInt8 {
        case textStart, newline, word, other
    }

    /// What stands behind it, as far as assertions tell it apart.
    private enum After: Int {
        case newline, word, other, textEnd

        init(_ byte: UInt8?) {
            self =
                switch byte {
                case nil: .textEnd
                case UInt8(ascii: "\n")?: .newline
                case let byte?: Assertion.isWord(byte) ? .word : .other
                }
        }
    }

    private struct State: Hashable {
        var before: Before
        /// In rising order. `finalNewline` is a place too.
        var places: [Int32]
    }

    /// The place of a match that a `$` before a newline has promised, if the text ends after that newline.
    private static let finalNewline: Int32 = -1

    /// What the places of a state come to, given the next byte.
    private struct Closure {
        var consuming: [Int] = []
        var isMatch = false
        var promisesMatch = false
    }

    private let program: Program
    private let tracksWords: Bool
    private let tracksLines: Bool
    private var states: [State] = []
    private var numbers: [State: Int] = [:]
    private var work = 0
    /// For every place the round in which it was last visited.
    private var rounds: [Int]
    private var round = 0

    private init(_ program: Program) {
        self.program = program
        rounds = Array(repeating: 0, count: program.instructions.count + 1)
        var tracksWords = false
        var tracksLines = false
        for case .assertion(let assertion) in program.instructions {
            tracksWords = tracksWords || assertion == .wordBoundary || assertion == .notWordBoundary
            tracksLines = tracksLines || assertion == .lineStart
        }
        self.tracksWords = tracksWords
        self.tracksLines = tracksLines
    }

    /// nil when the table would be large, or the program looks ahead further than a table can.
    static func automaton(for program: Program) -> Automaton? {
        var builder = AutomatonBuilder(program)
        let width = program.classes.count + 1
        let nextBytes: [UInt8?] = program.classes.representatives + [nil]
        var rows = [[Int](repeating: 0, count: width), [Int](repeating: 1, count: width)]
        _ = builder.number(of: State(before: .textStart, places: [0]))
        var index = 0
        while index < builder.states.count {
            guard builder.states.count <= maximumStates, rows.count * width <= maximumCells else { return nil }
            guard let row = builder.row(for: builder.states[index], over: nextBytes) else { return nil }
            rows.append(row)
            index += 1
        }
        return Automaton(rows: rows, classes: program.classes)
    }

    private mutating func number(of state: State) -> Int {
        if let known = numbers[state] { return known }
        states.append(state)
        numbers[state] = states.count + 1
        return states.count + 1
    }

    /// Where each byte, and the end of the text for nil, leads to. nil when the builder has to give up.
    private mutating func row(for state: State, over nextBytes: [UInt8?]) -> [Int]? {
        var closures: [Closure?] = [nil, nil, nil, nil]
        var row: [Int] = []
        for next in nextBytes {
            let after = After(next)
            guard let closure = closures[after.rawValue] ?? closure(of: state, before: after) else { return nil }
            closures[after.rawValue] = closure
            row.append(target(of: closure, over: next))
            guard work <= Self.maximumWork else { return nil }
        }
        return row
    }

    private mutating func target(of closure: Closure, over next: UInt8?) -> Int {
        if closure.isMatch { return 1 }
        guard let next else { return 0 }
        round += 1
        work += closure.consuming.count
        var places: [Int32] = []
        if closure.promisesMatch { places.append(Self.finalNewline) }
        if !program.isAnchored, visit(0) { places.append(0) }
        for index in closure.consuming where consumes(index, next) && visit(index + 1) { places.append(Int32(index + 1)) }
        if places.isEmpty { return 0 }
        return number(of: State(before: kind(of: next), places: places.sorted()))
    }

    /// Whether the place is new in this round.
    private mutating func visit(_ index: Int) -> Bool {
        guard rounds[index] != round else { return false }
        rounds[index] = round
        return true
    }

    private func consumes(_ index: Int, _ byte: UInt8) -> Bool {
        switch program.instructions[index] {
        case .byte(let expected): expected == byte
        case .set(let set): program.sets[Int(set)].contains(byte)
        case .assertion, .save, .split, .jump, .match: false
        }
    }

    private func kind(of byte: UInt8) -> Before {
        if tracksLines, byte == UInt8(ascii: "\n") { return .newline }
        return tracksWords && Assertion.isWord(byte) ? .word : .other
    }

    /// Everything reachable without consuming a byte.
    private mutating func closure(of state: State, before after: After) -> Closure? {
        var result = Closure()
        round += 1
        var pending = state.places.map(Int.init)
        while let index = pending.popLast() {
            if index == Int(Self.finalNewline) {
                result.isMatch = result.isMatch || after == .textEnd
                continue
            }
            guard visit(index) else { continue }
            work += 1
            guard work <= Self.maximumWork else { return nil }
            switch program.instructions[index] {
            case .byte, .set: result.consuming.append(index)
            case .match: result.isMatch = true
            case .save: pending.append(index + 1)
            case .jump(let target): pending.append(Int(target))
            case .split(let first, let second, _):
                pending.append(Int(first))
                pending.append(Int(second))
            case .assertion(.endOrFinalNewline) where after == .newline:
                guard let promises = promisesMatch(after: index + 1) else { return nil }
                result.promisesMatch = result.promisesMatch || promises
            case .assertion(let assertion):
                if holds(assertion, state.before, after) { pending.append(index + 1) }
            }
        }
        return result
    }

    private func holds(_ assertion: Assertion, _ before: Before, _ after: After) -> Bool {
        switch assertion {
        case .textStart: before == .textStart
        case .textEnd, .endOrFinalNewline: after == .textEnd
        case .lineStart: before == .textStart || (before == .newline && after != .textEnd)
        case .lineEnd: after == .textEnd || after == .newline
        case .wordBoundary: (before == .word) != (after == .word)
        case .notWordBoundary: (before == .word) == (after == .word)
        }
    }

    /// Whether the pattern ends here, behind a `$` that stands before a newline; nil when it goes on in a way that
    /// depends on more than that.
    private func promisesMatch(after start: Int) -> Bool? {
        var seen = Set<Int>()
        var pending = [start]
        var isMatch = false
        while let index = pending.popLast() {
            guard seen.insert(index).inserted else { continue }
            switch program.instructions[index] {
            case .match: isMatch = true
            case .save, .assertion(.endOrFinalNewline): pending.append(index + 1)
            case .jump(let target): pending.append(Int(target))
            case .split(let first, let second, _): pending += [Int(first), Int(second)]
            case .assertion(.textEnd): continue
            case .byte, .set, .assertion: return nil
            }
        }
        return isMatch
    }
}
