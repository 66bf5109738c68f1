import GatehouseTestKit
import Testing

@testable import Gatehouse
@testable import GatehouseWire

@Suite struct ResolverMachineTests {
    private let name = DNSName("a.example")!
    private let found = ResolverAnswer.found([.v4(1)])
    private let start = MonotonicInstant.now

    private struct Rig {
        var machine: ResolverMachine
        var random = SeededGenerator(seed: 1)

        init(servers: Int = 1, valid: Duration? = nil) {
            machine = ResolverMachine(.init(serverCount: servers, valid: valid, types: [.a]))
        }

        mutating func lookUp(_ name: DNSName, _ now: MonotonicInstant) -> ResolverMachine.Turn {
            machine.lookUp(name, now: now, using: &random)
        }

        /// The number of the server that is asked; nil if none is.
        mutating func server(_ name: DNSName, _ now: MonotonicInstant) -> Int? {
            if case .lead(let lookup) = lookUp(name, now) { lookup.server } else { nil }
        }

        mutating func waiter(_ name: DNSName, _ now: MonotonicInstant) -> ResolverMachine.WaiterID? {
            if case .wait(let waiter) = lookUp(name, now) { waiter } else { nil }
        }
    }

    @Test func `the first asks, others wait, and all learn the answer`() {
        var rig = Rig()
        #expect(rig.server(name, start) == 0)
        let waiters = [rig.waiter(name, start), rig.waiter(name, start)]
        #expect(rig.machine.lookupEnded(name, .init(answer: found, lifetime: .seconds(5)), now: start) == waiters)
        #expect(rig.lookUp(name, start + .seconds(4)) == .answer(found))
        #expect(rig.server(name, start + .seconds(5)) == 0)
    }

    @Test func `valid= replaces the lifetime of an answer`() {
        var rig = Rig(valid: .seconds(9))
        _ = rig.lookUp(name, start)
        _ = rig.machine.lookupEnded(name, .init(answer: found, lifetime: .seconds(1)), now: start)
        #expect(rig.lookUp(name, start + .seconds(8)) == .answer(found))
        #expect(rig.server(name, start + .seconds(9)) == 0)
    }

    @Test func `an answer without lifetime is not remembered`() {
        var rig = Rig()
        for lifetime in [nil, .zero] as [Duration?] {
            #expect(rig.server(name, start) == 0)
            _ = rig.machine.lookupEnded(name, .init(answer: found, lifetime: lifetime), now: start)
        }
        #expect(rig.server(name, start) == 0)
    }

    @Test func `a lack is remembered for a short while at most`() {
        var rig = Rig()
        _ = rig.lookUp(name, start)
        _ = rig.machine.lookupEnded(name, .init(answer: .failed(.hostNotFound), lifetime: .seconds(3600)), now: start)
        #expect(rig.lookUp(name, start + .seconds(9)) == .answer(.failed(.hostNotFound)))
        #expect(rig.server(name, start + .seconds(10)) == 0)
    }

    @Test func `another goes on when the one that asks gives up`() {
        var rig = Rig()
        _ = rig.lookUp(name, start)
        let (first, second) = (rig.waiter(name, start), rig.waiter(name, start))
        #expect(rig.machine.leaderLeft(name) == first)
        #expect(rig.machine.leaderLeft(name) == second)
        #expect(rig.machine.leaderLeft(name) == nil)
        #expect(rig.server(name, start) == 0)
    }

    @Test func `one that gave up waiting is not asked to go on`() throws {
        var rig = Rig()
        _ = rig.lookUp(name, start)
        let (first, second) = (rig.waiter(name, start), rig.waiter(name, start))
        rig.machine.waiterLeft(name, try #require(first))
        #expect(rig.machine.leaderLeft(name) == second)
    }

    @Test func `lookups begin with the servers in turn`() {
        var rig = Rig(servers: 2)
        let servers = ["a", "b", "c"].map { rig.server(DNSName($0)!, start) }
        #expect(servers == [0, 1, 0])
    }

    @Test func `memory stays bounded, and what is in use stays known`() {
        var rig = Rig()
        func learn(_ number: Int, _ now: MonotonicInstant) {
            let name = DNSName("n\(number)")!
            _ = rig.lookUp(name, now)
            _ = rig.machine.lookupEnded(name, .init(answer: found, lifetime: .seconds(3600)), now: now)
        }
        for number in 0..<ResolverMachine.mostEntries { learn(number, start) }
        let later = start + ResolverMachine.idleLimit
        #expect(rig.lookUp(DNSName("n7")!, later - .seconds(1)) == .answer(found))
        learn(-1, later)
        #expect(rig.lookUp(DNSName("n7")!, later) == .answer(found))
        #expect(rig.server(DNSName("n8")!, later) == 0)
    }
}
