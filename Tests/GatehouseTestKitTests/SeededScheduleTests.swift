import GatehouseTestKit
import Testing

@Suite struct SeededScheduleTests {
    private actor Record {
        private(set) var steps: [Int] = []
        func add(_ step: Int) { steps.append(step) }
    }

    private func interleaving(_ seed: UInt64) throws -> [Int] {
        let schedule = SeededSchedule(seed: seed)
        let record = Record()
        for number in 0..<6 {
            schedule.start {
                await record.add(number)
                await Task.yield()
                await record.add(number + 10)
            }
        }
        let steps = Steps()
        schedule.start {
            while await record.steps.count < 12 { await Task.yield() }
            await steps.set(record.steps)
        }
        try schedule.run()
        return steps.all
    }

    /// What a schedule recorded, to be read when it has ended.
    private final class Steps: @unchecked Sendable {
        // `@unchecked Sendable`: written by the one task of a schedule that has it, read after the schedule's end on the same thread.
        private(set) var all: [Int] = []
        func set(_ steps: [Int]) async { all = steps }
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func `a seed gives the same steps again`(seed: UInt64) throws {
        #expect(try interleaving(seed) == interleaving(seed))
    }

    @Test func `seeds give different steps`() throws {
        let all = try Set((0..<20).map { try interleaving($0) })
        #expect(all.count > 10)
    }

    @Test func `time passes only for sleepers, and to the first one`() throws {
        let schedule = SeededSchedule(seed: 1)
        let record = Steps()
        schedule.start {
            try await schedule.clock.sleep(for: .seconds(3600))
            await record.set(record.all + [2])
        }
        schedule.start {
            try await schedule.clock.sleep(for: .seconds(60))
            await record.set(record.all + [1])
        }
        try schedule.run()
        #expect(record.all == [1, 2])
        #expect(schedule.clock.elapsed == .seconds(3600))
    }

    @Test func `tasks that nobody will resume are told, not waited for`() {
        let schedule = SeededSchedule(seed: 1)
        schedule.start { try await schedule.clock.sleep(until: .distantFuture) }
        #expect(throws: ScheduleError.stuck(tasks: 1)) { try schedule.run() }
    }

    @Test func `tasks that go on for ever are told, not waited for`() {
        let schedule = SeededSchedule(seed: 1)
        schedule.start {
            while true {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
        #expect(throws: ScheduleError.endless(jobs: 1000)) { try schedule.run(limit: 1000) }
    }

    @Test func `what a task throws ends the run`() {
        struct Broken: Error {}
        let schedule = SeededSchedule(seed: 1)
        schedule.start { throw Broken() }
        schedule.start { try await schedule.clock.sleep(until: .distantFuture) }
        #expect(throws: Broken.self) { try schedule.run() }
    }

    @Test func `a background task is cancelled when the others have ended`() throws {
        let schedule = SeededSchedule(seed: 1)
        let record = Steps()
        schedule.startInBackground {
            var ticks = 0
            defer { ticks += 100 }
            while true {
                do {
                    try await schedule.clock.sleep(for: .seconds(1))
                } catch {
                    return await record.set([ticks])
                }
                ticks += 1
            }
        }
        schedule.start { try await schedule.clock.sleep(for: .milliseconds(4500)) }
        try schedule.run()
        #expect(record.all == [4])
    }
}
