import GatehouseWire
import Testing

@testable import Gatehouse

struct PromptWritesTests {
    private func admitted(at milliseconds: [Int64]) -> [Bool] {
        var writes = PromptWrites(2, every: .milliseconds(5), now: .origin)
        return milliseconds.map { writes.admits(now: MonotonicInstant(nanoseconds: $0 * 1_000_000)) }
    }

    @Test func `lines far apart are all written at once`() {
        #expect(admitted(at: [0, 10, 20, 30]) == [true, true, true, true])
    }

    @Test func `of a burst only the first lines are`() {
        #expect(admitted(at: [0, 1, 2, 3, 4]) == [true, true, false, false, false])
    }

    @Test func `the next window admits lines again`() {
        #expect(admitted(at: [0, 1, 2, 5, 6, 7]) == [true, true, false, true, true, false])
    }
}
