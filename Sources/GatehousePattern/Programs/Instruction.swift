/// One step of a compiled pattern. Where no target is named, the next instruction follows.
enum Instruction: Sendable {
    /// Consumes this byte.
    case byte(UInt8)
    /// Consumes one byte of the set with this index.
    case set(Int32)
    case assertion(Assertion)
    /// Notes the position in this slot.
    case save(Int32)
    /// Tries the first target before the second; `guide` numbers the splits for `SplitGuide`.
    case split(first: Int32, second: Int32, guide: Int32)
    case jump(Int32)
    case match
}
