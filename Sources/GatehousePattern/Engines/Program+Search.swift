extension Program {
    /// The leftmost match from `start` on, with the engine that suits the input's length.
    /// `captures` has `slotCount` elements, all -1; it is only meaningful after a match.
    func search(_ input: Span<UInt8>, from start: Int, captures: inout [Int]) -> Bool {
        guard Backtracker.isSuited(self, inputCount: input.count) else {
            var matcher = ParallelMatcher(self)
            return matcher.search(input, from: start, captures: &captures)
        }
        guard var position = isAnchored ? start : nextCandidate(in: input, from: start) else { return false }
        var backtracker = Backtracker(self, inputCount: input.count)
        while true {
            if backtracker.match(input, at: position, captures: &captures) { return true }
            guard !isAnchored, position < input.count, let next = nextCandidate(in: input, from: position + 1) else { return false }
            position = next
        }
    }

    /// The next position where a match could begin, going by its first byte.
    func nextCandidate(in input: Span<UInt8>, from start: Int) -> Int? {
        guard let firstBytes else { return start }
        var position = start
        while position < input.count {
            if firstBytes[Int(input[position])] { return position }
            position += 1
        }
        return nil
    }
}
