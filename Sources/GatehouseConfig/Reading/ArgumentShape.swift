/// How many arguments a directive takes, and whether a block follows them.
package enum ArgumentShape: Sendable, Equatable {
    case none
    case exactly(Int)
    case between(Int, Int)
    case atLeast(Int)
    /// `on` or `off`.
    case flag
    /// Arguments, then `{ … }`.
    case block(ClosedRange<Int>)
    case any

    package func accepts(count: Int) -> Bool {
        switch self {
        case .none: count == 0
        case .exactly(let wanted): count == wanted
        case .between(let least, let most): (least...most).contains(count)
        case .atLeast(let least): count >= least
        case .flag: count == 1
        case .block(let range): range.contains(count)
        case .any: true
        }
    }

    package var opensBlock: Bool {
        if case .block = self { true } else { false }
    }

    /// What would be accepted, for a hint.
    package var text: String {
        switch self {
        case .none: "no argument"
        case .exactly(let count): count == 1 ? "one argument" : "\(count) arguments"
        case .between(let least, let most): "\(least) to \(most) arguments"
        case .atLeast(let least): least == 1 ? "one or more arguments" : "\(least) or more arguments"
        case .flag: "\"on\" or \"off\""
        case .block(let range):
            switch (range.lowerBound, range.upperBound) {
            case (0, 0): "a block"
            case (let a, let b) where a == b: "\(a) arguments and a block"
            case (let a, Int.max): "\(a) or more arguments and a block"
            case (let a, let b): "\(a) to \(b) arguments and a block"
            }
        case .any: "any arguments"
        }
    }
}
