import Testing

@testable import Gatehouse

@Suite struct StapleScheduleTests {
    /// Renewed before it ends, but neither at once nor later than in an hour.
    static let renewals: [(ends: Int?, due: Int)] = [(3_000, 2_700), (91_000, 4_600), (1_060, 1_300), (nil, 4_600)]

    @Test(arguments: renewals)
    func `an answer is renewed in time`(_ ends: Int?, _ due: Int) {
        var schedule = StapleSchedule(now: 1_000)
        #expect(schedule.due == 1_000)
        schedule.answered(until: ends, now: 1_000)
        #expect(schedule.due == due)
    }

    @Test func `what is in use already is renewed in time too`() {
        #expect(StapleSchedule(now: 1_000, ends: 3_000).due == 2_700)
    }

    @Test func `an answer is used until it ends, whatever fails before`() {
        var schedule = StapleSchedule(now: 0, ends: 1_000)
        #expect(schedule.failed(now: 999) == .goOn)
        #expect(schedule.failed(now: 1_000) == .unstaple)
        #expect(schedule.failed(now: 1_002) == .goOn)
    }

    @Test func `failures are followed by growing pauses, until an answer comes`() {
        var schedule = StapleSchedule(now: 0)
        var pauses: [Int] = []
        for _ in 0..<11 {
            let now = schedule.due
            _ = schedule.failed(now: now)
            pauses.append(schedule.due - now)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
        schedule.answered(until: nil, now: 0)
        _ = schedule.failed(now: 0)
        #expect(schedule.due == 1)
    }

    @Test func `answers are remembered until they end`() {
        let memory = StapleMemory()
        memory.keep(.init(response: [1], ends: 50), to: [9])
        memory.keep(.init(response: [2], ends: nil), to: [8])
        #expect(memory.answer(to: [9], now: 49)?.response == [1])
        #expect(memory.answer(to: [9], now: 50) == nil)
        #expect(memory.answer(to: [8], now: 1 << 40)?.response == [2])
        #expect(memory.answer(to: [7], now: 0) == nil)
    }
}
