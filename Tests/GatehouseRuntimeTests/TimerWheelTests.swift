import GatehouseTestKit
import Testing

@testable import GatehouseRuntime

@Suite struct TimerWheelTests {
    private func expired(_ wheel: inout TimerWheel, at tick: UInt64) -> [TimerID] {
        var expired: [TimerID] = []
        wheel.advance(to: tick, expired: &expired)
        return expired
    }

    private func expectExpired(
        _ wheel: inout TimerWheel, at tick: UInt64, _ timers: [TimerID], location: SourceLocation = #_sourceLocation
    ) {
        let given = expired(&wheel, at: tick)
        #expect(given == timers, sourceLocation: location)
    }

    @Test(arguments: [1, 2, 63, 64, 65, 127, 4095, 4096, 4097, 300_000, 1 << 30] as [UInt64])
    func `a timer is given out at its tick and not before`(due: UInt64) {
        var wheel = TimerWheel()
        let timer = wheel.insert(at: due)
        expectExpired(&wheel, at: due - 1, [])
        expectExpired(&wheel, at: due, [timer])
        #expect(wheel.count == 0)
        #expect(wheel.nextTick == nil)
    }

    @Test func `a timer in the past is given out by the next advance`() {
        var wheel = TimerWheel(tick: 1000)
        let timer = wheel.insert(at: 3)
        expectExpired(&wheel, at: 1001, [timer])
    }

    @Test func `a cancelled timer is not given out, and cancelling again says so`() {
        var wheel = TimerWheel()
        let first = wheel.insert(at: 10)
        let second = wheel.insert(at: 10)
        let cancellations = [wheel.cancel(first), wheel.cancel(first)]
        #expect(cancellations == [true, false])
        expectExpired(&wheel, at: 10, [second])
        #expect(wheel.count == 0)
    }

    @Test func `an ID is not valid for the timer that takes its place`() {
        var wheel = TimerWheel()
        let first = wheel.insert(at: 10)
        wheel.cancel(first)
        let second = wheel.insert(at: 10)
        #expect(first.index == second.index)
        let wasCancelled = wheel.cancel(first)
        #expect(!wasCancelled)
        expectExpired(&wheel, at: 10, [second])
    }

    @Test func `waking only at the ticks it names gives a far timer out in few steps`() {
        var wheel = TimerWheel()
        let timer = wheel.insert(at: 75_123)
        var wakes = 0
        var given: [TimerID] = []
        while given.isEmpty, let next = wheel.nextTick {
            #expect(next <= 75_123)
            wheel.advance(to: next, expired: &given)
            wakes += 1
        }
        #expect(given == [timer])
        #expect(wakes <= 4)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `random traffic agrees with a sorted list`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var wheel = TimerWheel()
        var model: [TimerID: UInt64] = [:]
        var now: UInt64 = 0
        for _ in 0..<3000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<5:
                let due = now + UInt64.random(in: 0...(1 << UInt64.random(in: 0...20, using: &random)), using: &random)
                model[wheel.insert(at: due)] = max(due, now + 1)
            case 5..<7:
                if let timer = model.keys.min(by: { ($0.index, $0.generation) < ($1.index, $1.generation) }) {
                    let wasCancelled = wheel.cancel(timer)
                    #expect(wasCancelled)
                    model[timer] = nil
                }
            default:
                now += UInt64.random(in: 0...(1 << UInt64.random(in: 0...16, using: &random)), using: &random)
                let due = model.filter { $0.value <= now }
                let given = expired(&wheel, at: now)
                #expect(Set(given) == Set(due.keys))
                #expect(given.map { due[$0] ?? 0 } == due.values.sorted())
                for timer in given { model[timer] = nil }
            }
            #expect(wheel.count == model.count)
            if let earliest = model.values.min() { #expect(wheel.nextTick.map { $0 <= earliest } == true) }
        }
    }
}
