import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct IdleAgeMachineTests {
    @Test func `nothing is held against any age at first`() {
        #expect(IdleAgeMachine().longestReuse(now: start) == nil)
    }

    @Test func `a death at five seconds is believed at once, with an eighth to spare`() {
        var ages = IdleAgeMachine()
        ages.connectionDied(idleFor: .seconds(5), now: start)
        #expect(ages.longestReuse(now: start) == .milliseconds(4375))
    }

    @Test func `a backend that closes right after its answers says nothing about idle ages`() {
        var ages = IdleAgeMachine()
        for count in 0..<100 { ages.connectionDied(idleFor: .milliseconds(count * 2), now: start + .seconds(count)) }
        #expect(ages.longestReuse(now: start) == nil)
    }

    @Test func `a restart that ends connections of all ages says nothing`() {
        var ages = IdleAgeMachine()
        ages.connectionDied(idleFor: .seconds(60), now: start)
        let known = ages.longestReuse(now: start)
        for age in [2, 40, 1, 1, 7] { ages.connectionDied(idleFor: .seconds(age), now: start + .seconds(5)) }
        #expect(ages.longestReuse(now: start + .seconds(5)) == known)
    }

    @Test func `the age recovers from one early death, slowly`() throws {
        var ages = IdleAgeMachine()
        ages.connectionDied(idleFor: .seconds(1), now: start)
        var limits: [Duration] = []
        for count in 1...20 {
            ages.connectionDied(idleFor: .seconds(10), now: start + .seconds(count))
            limits.append(try #require(ages.longestReuse(now: start + .seconds(count))))
        }
        #expect(limits == limits.sorted())
        #expect(limits[0] < .seconds(4) && limits[19] > .milliseconds(8500) && limits[19] <= .milliseconds(8750))
    }

    @Test func `a connection that lived longer raises the age`() throws {
        var ages = IdleAgeMachine()
        ages.connectionDied(idleFor: .seconds(1), now: start)
        for _ in 0..<40 { ages.connectionSurvived(idleFor: .seconds(60)) }
        #expect(try #require(ages.longestReuse(now: start)) > .seconds(50))
    }

    @Test func `an age that nothing confirms is forgotten`() {
        var ages = IdleAgeMachine()
        ages.connectionDied(idleFor: .seconds(5), now: start)
        #expect(ages.longestReuse(now: start + .seconds(600)) != nil)
        #expect(ages.longestReuse(now: start + .seconds(601)) == nil)
    }

    /// A backend with an idle timer, and connections that are used when the machine allows it and else left to end by themselves.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `few requests are lost to a backend's idle timer, and most connections are used again`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var ages = IdleAgeMachine()
        let timer = Duration.milliseconds(Int.random(in: 800..<8000, using: &generator))
        var now = start
        var lost = 0
        var used = 0
        var usable = 0
        for _ in 0..<2000 {
            // Its end takes up to 20 ms to be seen, in which a request is lost.
            let idle = Duration.milliseconds(Int.random(in: 1..<10_000, using: &generator))
            now += .milliseconds(300)
            if idle < timer { usable += 1 }
            let permitted = ages.longestReuse(now: now).map { idle <= $0 } ?? true
            if idle >= timer + .milliseconds(20) || !permitted {
                // It was seen to end while idle.
                ages.connectionDied(idleFor: timer, now: now)
            } else if idle >= timer {
                lost += 1
                ages.connectionDied(idleFor: idle, now: now)
            } else {
                used += 1
            }
        }
        #expect(lost <= 2)
        #expect(used * 100 >= usable * 80)
    }
}
