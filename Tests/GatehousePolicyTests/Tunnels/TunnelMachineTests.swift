import GatehouseWire
import Testing

@testable import GatehousePolicy

struct TunnelMachineTests {
    static let start = MonotonicInstant.origin
    static let limits = TunnelMachine.Limits(silence: .seconds(60), send: .seconds(10))
    static let bytes = TunnelMachine.Wish(bytes: true)
    static let room = TunnelMachine.Wish(room: true)
    static let nothing = TunnelMachine.Wish()

    func at(_ seconds: Int) -> MonotonicInstant { Self.start + .seconds(seconds) }
    func machine() -> TunnelMachine { TunnelMachine(Self.limits, now: Self.start) }

    @Test func `an idle tunnel waits for bytes of either side, as long as both may be silent`() {
        #expect(machine().wait(now: at(0)) == .sockets(client: Self.bytes, upstream: Self.bytes, until: at(60)))
        #expect(machine().wait(now: at(60)) == .timedOut)
    }

    @Test func `what moves in one direction keeps both alive`() {
        var machine = machine()
        machine.moved(now: at(59))
        #expect(machine.wait(now: at(60)) == .sockets(client: Self.bytes, upstream: Self.bytes, until: at(119)))
    }

    @Test func `while a side takes nothing its room is waited for, and nothing is taken for it`() {
        var machine = machine()
        machine.moved(now: at(5))
        machine.sinkIsFull(.toClient, tookSome: true, now: at(5))
        let takes = (machine.takes(.toClient, now: at(5)), machine.takes(.toUpstream, now: at(5)))
        #expect(takes == (false, true))
        let client = TunnelMachine.Wish(bytes: true, room: true)
        #expect(machine.wait(now: at(5)) == .sockets(client: client, upstream: Self.nothing, until: at(15)))
        #expect(machine.wait(now: at(15)) == .timedOut)
    }

    @Test func `a slow side has its time anew with each byte it takes, a dead one has not`() {
        var machine = machine()
        machine.sinkIsFull(.toUpstream, tookSome: true, now: at(0))
        machine.sinkIsFull(.toUpstream, tookSome: false, now: at(8))
        #expect(machine.wait(now: at(10)) == .timedOut)
        machine.sinkIsFull(.toUpstream, tookSome: true, now: at(9))
        let upstream = TunnelMachine.Wish(bytes: true, room: true)
        #expect(machine.wait(now: at(10)) == .sockets(client: Self.nothing, upstream: upstream, until: at(19)))
        machine.sinkTookAll(.toUpstream)
        #expect(machine.wait(now: at(10)) == .sockets(client: Self.bytes, upstream: Self.bytes, until: at(60)))
    }

    @Test func `two sides that both take nothing are given up after the first of their times`() {
        var machine = machine()
        machine.sinkIsFull(.toUpstream, tookSome: true, now: at(0))
        machine.sinkIsFull(.toClient, tookSome: true, now: at(4))
        #expect(machine.wait(now: at(5)) == .sockets(client: Self.room, upstream: Self.room, until: at(10)))
        #expect(machine.wait(now: at(10)) == .timedOut)
    }

    @Test(arguments: [TunnelMachine.Direction.toUpstream, .toClient])
    func `a side that has finished is only watched for breaking`(_ ended: TunnelMachine.Direction) {
        var machine = machine()
        machine.sourceEnded(ended)
        let finished = TunnelMachine.Wish(end: true)
        let expected: TunnelMachine.Wait =
            ended == .toUpstream
            ? .sockets(client: finished, upstream: Self.bytes, until: at(60))
            : .sockets(client: Self.bytes, upstream: finished, until: at(60))
        #expect(machine.wait(now: at(1)) == expected)
        let takes = machine.takes(ended, now: at(1))
        #expect(!takes)
        #expect(machine.wait(now: at(60)) == .timedOut)
    }

    @Test func `a tunnel is over when both sides have finished`() {
        var machine = machine()
        machine.sourceEnded(.toClient)
        machine.sourceEnded(.toUpstream)
        #expect(machine.wait(now: at(1000)) == .finished)
    }

    @Test func `a spent rate is waited out, which is no silence`() {
        var machine = machine()
        machine.rateIsSpent(.toClient, until: at(70))
        let early = machine.takes(.toClient, now: at(69))
        #expect(machine.wait(now: at(69)) == .sockets(client: Self.bytes, upstream: Self.nothing, until: at(70)))
        let late = machine.takes(.toClient, now: at(70))
        #expect((early, late) == (false, true))
        #expect(machine.wait(now: at(70)) == .sockets(client: Self.bytes, upstream: Self.bytes, until: at(130)))
    }
}
