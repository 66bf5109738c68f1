import Testing

@testable import GatehouseTestKit

@Suite struct SeedsTests {
    @Test(
        arguments: [
            (nil, [3, 4]), ("17", [17]), ("8..<10", [8, 9]), ("", [3, 4]), ("x", [3, 4]), ("9..<9", [3, 4]), ("-1", [3, 4]),
        ] as [(String?, [UInt64])])
    func `the environment may name other seeds`(text: String?, seeds: [UInt64]) {
        #expect(Array(Seeds(3..<5, override: text)) == seeds)
    }

    @Test func `the first seed that fails is named`() {
        struct Odd: Error {}
        var tried: [UInt64] = []
        let failure = #expect(throws: SeedFailure.self) {
            try Seeds(4..<100, override: nil).run { schedule in
                tried.append(schedule.seed)
                if schedule.seed % 2 == 1 { throw Odd() }
            }
        }
        #expect(tried == [4, 5])
        #expect(failure?.seed == 5)
        #expect(failure?.description.contains("GATEHOUSE_SEED=5") == true)
    }

    @Test func `each seed has a schedule of its own`() throws {
        try Seeds(0..<3, override: nil).run { schedule in
            #expect(schedule.clock.elapsed == .zero)
            schedule.start { try await schedule.clock.sleep(for: .seconds(1)) }
            try schedule.run()
        }
    }
}
