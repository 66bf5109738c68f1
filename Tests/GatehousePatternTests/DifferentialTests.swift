import Testing

@testable import GatehousePattern

@Suite struct DifferentialTests {
    @Test(arguments: 0..<8)
    func `every engine finds what backtracking finds`(block: Int) throws {
        for seed in UInt64(block) * 25..<UInt64(block + 1) * 25 {
            var random = RandomPattern(seed: seed, repeatsNullable: false)
            let pattern = try Pattern(random.pattern.source)
            #expect(pattern.captureCount == random.captureCount)
            for _ in 0..<5 {
                let text = random.text()
                let expected = BacktrackingOracle.firstMatch(random.pattern, captureCount: random.captureCount, in: text)
                let context = comment(seed, pattern, text)
                #expect(firstMatch(pattern, text) == expected, context)
                #expect(sideBySide(pattern, text) == expected, context)
                #expect(matches(pattern, text) == (expected != nil), context)
            }
        }
    }

    @Test(arguments: 0..<8)
    func `repeating what may match nothing changes no answer`(block: Int) throws {
        for seed in UInt64(block) * 25..<UInt64(block + 1) * 25 {
            var random = RandomPattern(seed: seed, repeatsNullable: true)
            let pattern = try Pattern(random.pattern.source)
            for _ in 0..<5 {
                let text = random.text()
                let expected = BacktrackingOracle.firstMatch(random.pattern, captureCount: random.captureCount, in: text)
                let context = comment(seed, pattern, text)
                #expect((firstMatch(pattern, text)?[0]) == expected?[0], context)
                #expect(sideBySide(pattern, text) == firstMatch(pattern, text), context)
                #expect(matches(pattern, text) == (expected != nil), context)
            }
        }
    }

    private func comment(_ seed: UInt64, _ pattern: Pattern, _ text: [UInt8]) -> Comment {
        "seed \(seed): \(pattern.source.debugDescription) in \(String(decoding: text, as: UTF8.self).debugDescription)"
    }

    private func matches(_ pattern: Pattern, _ text: [UInt8]) -> Bool {
        pattern.matches(text.span)
    }

    private func firstMatch(_ pattern: Pattern, _ text: [UInt8]) -> [Int]? {
        var captures: [Int] = []
        return pattern.firstMatch(in: text.span, captures: &captures) ? captures : nil
    }

    private func sideBySide(_ pattern: Pattern, _ text: [UInt8]) -> [Int]? {
        let program = pattern.acceptor.program
        var captures = [Int](repeating: -1, count: program.slotCount)
        var matcher = ParallelMatcher(program)
        return matcher.search(text.span, from: 0, captures: &captures) ? captures : nil
    }
}
