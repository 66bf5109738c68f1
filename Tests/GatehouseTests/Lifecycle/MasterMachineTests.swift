import GatehouseWire
import Glibc
import Testing

@testable import Gatehouse

@Suite struct MasterMachineTests {
    let start = MonotonicInstant.origin

    /// A machine whose server process runs since `start`.
    private func serving() -> MasterMachine {
        var machine = MasterMachine(now: start)
        _ = machine.timePassed(now: start)
        machine.spawned(now: start)
        return machine
    }

    @Test func `a new machine wants a server process at once`() {
        var machine = MasterMachine(now: start)
        #expect(machine.timePassed(now: start) == [.spawn])
    }

    @Test(arguments: [
        (SIGHUP, [MasterMachine.Order.reload]), (SIGUSR1, [.reopenLogs]), (SIGUSR2, [.changeBinary]),
        (SIGQUIT, [.signal(SIGQUIT), .closeListeners]), (SIGTERM, [.signal(SIGTERM)]), (SIGINT, [.signal(SIGTERM)]),
        (SIGWINCH, [.signal(SIGQUIT)]), (SIGPIPE, []),
    ])
    func `each signal has its order while a server process runs`(signal: Int32, orders: [MasterMachine.Order]) {
        var machine = serving()
        #expect(machine.received(signal, now: start) == orders)
    }

    @Test func `a server process that ran for a while is replaced at once`() {
        var machine = serving()
        #expect(machine.serverEnded(now: start + .seconds(5)) == [.spawn])
    }

    @Test func `server processes that die young are started ever later, but within a second`() {
        var machine = serving()
        var now = start
        var pauses: [Duration] = []
        for _ in 0..<7 {
            #expect(machine.serverEnded(now: now) == [])
            let deadline = machine.deadline ?? now
            pauses.append(deadline - now)
            #expect(machine.timePassed(now: deadline - .milliseconds(1)) == [])
            #expect(machine.timePassed(now: deadline) == [.spawn])
            now = deadline
            machine.spawned(now: now)
        }
        #expect(pauses == [50, 100, 200, 400, 800, 800, 800].map { .milliseconds($0) })
    }

    @Test func `after QUIT the end of the server process is the end`() {
        var machine = serving()
        _ = machine.received(SIGQUIT, now: start)
        #expect(machine.received(SIGHUP, now: start) == [])
        #expect(machine.serverEnded(now: start + .seconds(9)) == [.exit])
    }

    @Test func `TERM is repeated and becomes KILL where the server process does not end`() {
        var machine = serving()
        _ = machine.received(SIGTERM, now: start)
        var orders: [MasterMachine.Order] = []
        while orders.last != .signal(SIGKILL) { orders += machine.timePassed(now: machine.deadline ?? start) }
        #expect(orders == [.signal(SIGTERM), .signal(SIGTERM), .signal(SIGTERM), .signal(SIGKILL)])
    }

    @Test func `TERM while draining stops at once`() {
        var machine = serving()
        _ = machine.received(SIGQUIT, now: start)
        #expect(machine.received(SIGTERM, now: start) == [.signal(SIGTERM)])
    }

    @Test(arguments: [SIGQUIT, SIGTERM])
    func `without a server process the end comes at once`(signal: Int32) {
        var machine = MasterMachine(now: start)
        #expect(machine.received(signal, now: start) == [.exit])
    }

    @Test func `after WINCH no server process is wanted until HUP`() {
        var machine = serving()
        _ = machine.received(SIGWINCH, now: start)
        #expect(machine.serverEnded(now: start) == [] && machine.deadline == nil)
        #expect(machine.received(SIGHUP, now: start) == [.reload, .spawn])
    }

    @Test func `a failed fork is tried again half a second later`() {
        var machine = MasterMachine(now: start)
        machine.spawnFailed(now: start)
        #expect(machine.deadline == start + .milliseconds(500))
    }
}
