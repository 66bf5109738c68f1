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
            machine.lookUp(ResolverQuestion(name), now: now, using: &random)
        }

        /// The answer that is remembered; nil if there is none.
        mutating func known(_ name: DNSName, _ now: MonotonicInstant) -> ResolverAnswer? {
            if case .answer(let known) = lookUp(name, now) { known.answer } else { nil }
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
        #expect(rig.machine.lookupEnded(.init(name), .init(answer: found, lifetime: .seconds(5)), now: start).waiters == waiters)
        #expect(rig.known(name, start + .seconds(4)) == found)
        #expect(rig.server(name, start + .seconds(5)) == 0)
    }

    @Test func `the services of a name are not its addresses`() {
        var rig = Rig()
        #expect(rig.server(name, start) == 0)
        guard case .lead(let lookup) = rig.machine.lookUp(ResolverQuestion(name, .services), now: start, using: &rig.random) else {
            Issue.record("another question is another lookup")
            return
        }
        #expect(lookup.open.map(\.question) == [DNSQuestion(name: name, type: .srv)])
    }

    @Test func `valid= replaces the lifetime of an answer`() {
        var rig = Rig(valid: .seconds(9))
        _ = rig.lookUp(name, start)
        _ = rig.machine.lookupEnded(.init(name), .init(answer: found, lifetime: .seconds(1)), now: start)
        #expect(rig.known(name, start + .seconds(8)) == found)
        #expect(rig.server(name, start + .seconds(9)) == 0)
    }

    @Test func `an answer without lifetime is not remembered`() {
        var rig = Rig()
        for lifetime in [nil, .zero] as [Duration?] {
            #expect(rig.server(name, start) == 0)
            _ = rig.machine.lookupEnded(.init(name), .init(answer: found, lifetime: lifetime), now: start)
        }
        #expect(rig.server(name, start) == 0)
    }

    @Test func `a lack is remembered for a short while at most`() {
        var rig = Rig()
        _ = rig.lookUp(name, start)
        _ = rig.machine.lookupEnded(.init(name), .init(answer: .failed(.hostNotFound), lifetime: .seconds(3600)), now: start)
        #expect(rig.known(name, start + .seconds(9)) == .failed(.hostNotFound))
        #expect(rig.server(name, start + .seconds(10)) == 0)
    }

    @Test func `another goes on when the one that asks gives up`() {
        var rig = Rig()
        _ = rig.lookUp(name, start)
        let (first, second) = (rig.waiter(name, start), rig.waiter(name, start))
        #expect(rig.machine.leaderLeft(.init(name)) == first)
        #expect(rig.machine.leaderLeft(.init(name)) == second)
        #expect(rig.machine.leaderLeft(.init(name)) == nil)
        #expect(rig.server(name, start) == 0)
    }

    @Test func `one that gave up waiting is not asked to go on`() throws {
        var rig = Rig()
        _ = rig.lookUp(name, start)
        let (first, second) = (rig.waiter(name, start), rig.waiter(name, start))
        rig.machine.waiterLeft(.init(name), try #require(first))
        #expect(rig.machine.leaderLeft(.init(name)) == second)
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
            _ = rig.machine.lookupEnded(.init(name), .init(answer: found, lifetime: .seconds(3600)), now: now)
        }
        for number in 0..<ResolverMachine.mostEntries { learn(number, start) }
        let later = start + ResolverMachine.idleLimit
        #expect(rig.known(DNSName("n7")!, later - .seconds(1)) == found)
        learn(-1, later)
        #expect(rig.known(DNSName("n7")!, later) == found)
        #expect(rig.server(DNSName("n8")!, later) == 0)
    }
}
