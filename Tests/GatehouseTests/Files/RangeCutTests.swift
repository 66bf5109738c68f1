import Testing

@testable import Gatehouse

@Suite struct RangeCutTests {
    @Test func `pieces come in order and a range in parts of the size asked for`() {
        var cut = RangeCut([.text([1, 2]), .range(10..<25), .range(30..<30), .text([3])])
        #expect(cut.length == 18)
        let pieces = (0..<4).map { _ in cut.next(limit: 10) }
        #expect(pieces == [.text([1, 2]), .range(10..<20), .range(20..<25), .text([3])])
        #expect(cut.isAtEnd && cut.next(limit: 10) == nil)
    }

    @Test func `an empty body has no pieces`() {
        var cut = RangeCut(whole: 0)
        #expect(cut.isAtEnd && cut.next(limit: .max) == nil)
    }

    @Test(arguments: [0..<1, 0..<20, 3..<7, 5..<20, 19..<20])
    func `a passing body is cut the same however it is chopped`(wanted: Range<Int>) {
        for size in 1...20 {
            var cut = RangeCut([.range(wanted)])
            var kept: [Int] = []
            for start in stride(from: 0, to: 20, by: size) {
                let count = min(size, 20 - start)
                kept += cut.pass(count).map { $0 + start }
                #expect(cut.isAtEnd == (start + count >= wanted.upperBound))
            }
            #expect(kept == Array(wanted))
        }
    }
}
