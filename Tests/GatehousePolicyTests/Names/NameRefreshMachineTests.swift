import GatehouseWire
import Testing

@testable import GatehousePolicy

@Suite struct NameRefreshMachineTests {
    private let start = MonotonicInstant.origin + .seconds(1000)
    private let a = IPAddress.v4(0x7f00_0001)
    private let b = IPAddress.v4(0x7f00_0002)
    private let c = IPAddress.v4(0x7f00_0003)

    private func service(
        _ priority: UInt16, _ weight: UInt16, _ port: UInt16, _ target: String, _ addresses: NameAnswer.Addresses
    ) -> NameAnswer.Service {
        NameAnswer.Service(priority: priority, weight: weight, port: port, target: target, addresses: addresses)
    }

    /// Asks `machine` nothing but its peers, in a form that compares.
    private func peers(_ machine: NameRefreshMachine) -> [NamedPeer] { machine.peers.map(\.peer) }

    @Test func `a new machine wants to ask at once`() {
        #expect(NameRefreshMachine(.init()).due <= start)
    }

    @Test func `what was known before holds until it is due`() {
        let machine = NameRefreshMachine(.init(), known: [NamedPeer(address: a)], due: start + .seconds(7))
        #expect(peers(machine) == [NamedPeer(address: a)])
        #expect(machine.due == start + .seconds(7))
    }

    @Test func `addresses come and go, and what stays keeps its number`() {
        var machine = NameRefreshMachine(.init())
        let first = machine.answered(.addresses([a, b], until: start + .seconds(5)), now: start)
        #expect(first.removed.isEmpty)
        #expect(first.added.map(\.peer.address) == [a, b])
        #expect(machine.due == start + .seconds(5))
        let numbers = Dictionary(uniqueKeysWithValues: machine.peers.map { ($0.peer.address, $0.number) })
        let second = machine.answered(.addresses([b, c], until: start + .seconds(9)), now: start + .seconds(5))
        #expect(second.removed == [numbers[a]].compactMap { $0 })
        #expect(second.added.map(\.peer.address) == [c])
        #expect(machine.peers.map(\.number).first == numbers[b])
        let third = machine.answered(.addresses([b, c], until: start + .seconds(12)), now: start + .seconds(9))
        #expect(third.isEmpty)
    }

    @Test func `a number is never used again`() {
        var machine = NameRefreshMachine(.init())
        var seen: Set<NameRefreshMachine.PeerNumber> = []
        for step in 0..<10 {
            let change = machine.answered(.addresses([step % 2 == 0 ? a : b], until: start), now: start)
            for number in change.added.map(\.number) { #expect(seen.insert(number).inserted) }
        }
        #expect(seen.count == 10)
    }

    @Test func `a name that does not exist has no peers`() {
        var machine = NameRefreshMachine(.init(negativeLifetime: .seconds(4)), known: [NamedPeer(address: a)])
        let change = machine.answered(.none(until: nil), now: start)
        #expect(change.removed.count == 1 && machine.peers.isEmpty)
        #expect(machine.due == start + .seconds(4))
        _ = machine.answered(.none(until: start + .seconds(60)), now: start)
        #expect(machine.due == start + .seconds(60))
    }

    @Test func `failures change nothing and are repeated with growing pauses`() {
        var machine = NameRefreshMachine(.init(longestPause: .seconds(5)), known: [NamedPeer(address: a)])
        var now = start
        var pauses: [Duration] = []
        for _ in 0..<5 {
            #expect(machine.answered(.failed, now: now).isEmpty)
            pauses.append(machine.due - now)
            now = machine.due
        }
        #expect(pauses == [.seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5)])
        #expect(peers(machine) == [NamedPeer(address: a)])
        _ = machine.answered(.addresses([a], until: now + .seconds(60)), now: now)
        _ = machine.answered(.failed, now: now)
        #expect(machine.due == now + .seconds(1))
    }

    @Test func `no name is asked for more often than once a second`() {
        var machine = NameRefreshMachine(.init(negativeLifetime: .zero, longestPause: .zero))
        for answer in [NameAnswer.addresses([a], until: start), .none(until: start), .none(until: nil), .failed] {
            _ = machine.answered(answer, now: start)
            #expect(machine.due == start + .seconds(1))
        }
    }

    @Test func `peers take weight and backup from the line`() {
        var machine = NameRefreshMachine(.init(weight: 3, isBackup: true))
        _ = machine.answered(.addresses([a], until: start), now: start)
        #expect(peers(machine) == [NamedPeer(address: a, weight: 3, isBackup: true)])
    }

    // MARK: Services

    @Test func `the lowest priority number is primary, others are backups`() {
        var machine = NameRefreshMachine(.init())
        let services = [
            service(20, 0, 81, "two.example", .found([b])), service(10, 5, 80, "one.example", .found([a])),
            service(30, 1, 82, "three.example", .found([c])),
        ]
        _ = machine.answered(.services(services, until: start), now: start)
        #expect(
            peers(machine) == [
                NamedPeer(address: a, port: 80, server: "one.example", weight: 5),
                NamedPeer(address: b, port: 81, server: "two.example", weight: 1, isBackup: true),
                NamedPeer(address: c, port: 82, server: "three.example", weight: 1, isBackup: true),
            ])
    }

    @Test func `priorities count among the targets that have addresses`() {
        var machine = NameRefreshMachine(.init())
        let services = [service(10, 1, 80, "one", .none), service(20, 1, 81, "two", .found([b]))]
        _ = machine.answered(.services(services, until: start), now: start)
        #expect(peers(machine) == [NamedPeer(address: b, port: 81, server: "two")])
    }

    @Test(arguments: [(false, false), (true, true)])
    func `lower priorities are left out where there can be no backups of primaries`(isBackup: Bool, allowsBackup: Bool) {
        var machine = NameRefreshMachine(.init(isBackup: isBackup, allowsBackup: allowsBackup))
        let services = [service(1, 1, 80, "one", .found([a])), service(2, 1, 81, "two", .found([b]))]
        _ = machine.answered(.services(services, until: start), now: start)
        #expect(peers(machine) == [NamedPeer(address: a, port: 80, server: "one", isBackup: isBackup)])
    }

    @Test func `a weight of the line outweighs those of records`() {
        var machine = NameRefreshMachine(.init(weight: 2))
        _ = machine.answered(.services([service(1, 9, 80, "one", .found([a]))], until: start), now: start)
        #expect(peers(machine).map(\.weight) == [2])
    }

    @Test func `a changed weight or port makes another peer`() {
        var machine = NameRefreshMachine(.init())
        _ = machine.answered(.services([service(1, 5, 80, "one", .found([a]))], until: start), now: start)
        let heavier = machine.answered(.services([service(1, 6, 80, "one", .found([a]))], until: start), now: start)
        #expect(heavier.removed.count == 1 && heavier.added.map(\.peer.weight) == [6])
        let moved = machine.answered(.services([service(1, 6, 81, "one", .found([a]))], until: start), now: start)
        #expect(moved.removed.count == 1 && moved.added.map(\.peer.port) == [81])
    }

    @Test func `equal records are peers of their own`() {
        var machine = NameRefreshMachine(.init())
        let record = service(1, 5, 80, "one", .found([a]))
        _ = machine.answered(.services([record, record], until: start), now: start)
        #expect(machine.peers.count == 2)
        let change = machine.answered(.services([record], until: start), now: start)
        #expect(change.removed.count == 1 && machine.peers.count == 1)
    }

    @Test func `a target that could not be looked up keeps its addresses, and is asked for soon`() {
        var machine = NameRefreshMachine(.init())
        let before = [service(1, 5, 80, "one", .found([a])), service(1, 5, 80, "two", .found([b]))]
        _ = machine.answered(.services(before, until: start + .seconds(60)), now: start)
        let after = [service(1, 5, 80, "one", .failed), service(1, 5, 80, "two", .none)]
        let change = machine.answered(.services(after, until: start + .seconds(60)), now: start)
        #expect(change.removed.count == 1 && change.added.isEmpty)
        #expect(peers(machine).map(\.server) == ["one"])
        #expect(machine.due == start + .seconds(1))
    }

    @Test func `targets that go on failing are asked for with growing pauses`() {
        var machine = NameRefreshMachine(.init())
        let answer = NameAnswer.services([service(1, 5, 80, "one", .failed)], until: start + .seconds(600))
        var now = start
        var pauses: [Duration] = []
        for _ in 0..<3 {
            _ = machine.answered(answer, now: now)
            pauses.append(machine.due - now)
            now = machine.due
        }
        #expect(pauses == [.seconds(1), .seconds(2), .seconds(4)])
    }

    @Test func `a flood of addresses is cut`() {
        var machine = NameRefreshMachine(.init())
        let many = (0..<5000).map { IPAddress.v4(UInt32($0)) }
        let change = machine.answered(.addresses(many, until: start), now: start)
        #expect(change.added.count == NameRefreshMachine.mostPeers)
        #expect(machine.peers.count == NameRefreshMachine.mostPeers)
    }
}
