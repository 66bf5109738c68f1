/// A pattern as a table of states: one look-up a byte tells whether it matches anywhere, without captures.
struct Automaton: Sendable {
    /// Rows of `stride` cells; a cell is the offset of the next state's row. Row 0 is failure, row 1 is success.
    private let cells: [UInt32]
    private let classes: [UInt8]
    private let stride: Int
    /// The offset of the row to begin in.
    private let start: Int

    /// `rows` as `AutomatonBuilder` numbers them: 0 failure, 1 success, 2 the start.
    init(rows: [[Int]], classes: ByteClasses) {
        let stride = classes.count + 1
        self.stride = stride
        self.classes = classes.map
        cells = rows.flatMap { $0.map { UInt32($0 * stride) } }
        start = 2 * stride
    }

    func matches(_ input: Span<UInt8>) -> Bool {
        run(input, cells.span, classes.span)
    }

    private func run(_ input: Span<UInt8>, _ cells: Span<UInt32>, _ classes: Span<UInt8>) -> Bool {
        var row = start
        for position in input.indices {
            row = Int(cells[row + Int(classes[Int(input[position])])])
            if row <= stride { return row == stride }
        }
        return Int(cells[row + stride - 1]) == stride
    }
}
