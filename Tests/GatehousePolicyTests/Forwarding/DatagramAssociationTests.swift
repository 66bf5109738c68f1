import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct DatagramAssociationTests {
    private typealias Endpoint = DatagramAssociation.Endpoint
    private typealias Destination = DatagramAssociation.Destination

    private static let start = MonotonicInstant.origin
    private static let client = IPAddress("10.0.0.7")!

    private static func endpoint(_ address: String, _ port: UInt16) -> Endpoint { Endpoint(IPAddress(address)!, port: port) }
    private static func place(_ name: String, _ port: Int = 53) -> Destination { Destination(host: Array(name.utf8), port: port) }

    private static func limits(destinations: Int = 3, judgements: Int = 2, waiting: Int = 2) -> DatagramAssociation.Limits {
        var limits = DatagramAssociation.Limits()
        (limits.destinations, limits.judgements, limits.waiting) = (destinations, judgements, waiting)
        return limits
    }

    /// With `name` judged to be at `address`.
    private static func open(_ names: [(String, String)], limits: DatagramAssociation.Limits = limits()) -> DatagramAssociation {
        var association = DatagramAssociation(client: client, limits: limits)
        _ = association.admits(endpoint("10.0.0.7", 5000))
        for (number, (name, address)) in names.enumerated() {
            let now = start + .milliseconds(number)
            _ = association.send(to: place(name), now: now) { [] }
            _ = association.judged(place(name), endpoint(address, 53), way: number, now: now)
        }
        return association
    }

    @Test(
        arguments: [
            ("10.0.0.7", UInt16(5000), nil, true), ("::ffff:10.0.0.7", 5000, nil, true), ("10.0.0.8", 5000, nil, false),
            ("10.0.0.7", 5000, ("10.0.0.7", UInt16(5000)), true), ("10.0.0.7", 5001, ("10.0.0.7", 5000), false),
            ("10.0.0.7", 5001, ("10.0.0.7", 0), true), ("10.0.0.7", 5001, ("0.0.0.0", 5000), true),
            ("10.0.0.7", 5001, ("192.168.1.2", 5000), true),
        ] as [(String, UInt16, (String, UInt16)?, Bool)])
    func `only the client's datagrams are taken`(sender: String, port: UInt16, announced: (String, UInt16)?, isTaken: Bool) {
        var association = DatagramAssociation(client: Self.client, announced: announced.map { Self.endpoint($0.0, $0.1) })
        let takes = association.admits(Self.endpoint(sender, port))
        #expect(takes == isTaken)
    }

    @Test func `the first datagram tells the client's port`() {
        var association = DatagramAssociation(client: Self.client)
        #expect(association.clientEndpoint == nil)
        #expect(association.admits(Self.endpoint("10.0.0.7", 5000)) == true)
        #expect(association.admits(Self.endpoint("10.0.0.7", 5001)) == false)
        #expect(association.clientEndpoint == Self.endpoint("10.0.0.7", 5000))
    }

    @Test func `datagrams wait while their destination is judged, and follow it`() {
        var association = DatagramAssociation(client: Self.client, limits: Self.limits())
        _ = association.admits(Self.endpoint("10.0.0.7", 5000))
        let place = Self.place("a.example")
        #expect(association.send(to: place, now: Self.start) { [1] } == .judge)
        #expect(association.send(to: place, now: Self.start) { [2] } == .hold)
        #expect(association.send(to: place, now: Self.start) { [3] } == .drop(.crowded))
        let endpoint = Self.endpoint("192.0.2.1", 53)
        #expect(!association.admitsAnswer(from: endpoint))
        #expect(association.judged(place, endpoint, way: 4, now: Self.start) == [[1], [2]])
        #expect(association.send(to: place, now: Self.start) { [4] } == .send(to: endpoint, way: 4))
        #expect(association.admitsAnswer(from: endpoint))
        #expect(!association.admitsAnswer(from: Self.endpoint("192.0.2.1", 54)))
        #expect(!association.admitsAnswer(from: Self.endpoint("192.0.2.2", 53)))
    }

    @Test func `a refusal is remembered for a while`() {
        var association = DatagramAssociation(client: Self.client)
        let place = Self.place("a.example")
        #expect(association.send(to: place, now: Self.start) { [1] } == .judge)
        #expect(association.judged(place, nil, now: Self.start).isEmpty)
        #expect(association.send(to: place, now: Self.start + .seconds(4)) { [2] } == .drop(.refused))
        #expect(association.send(to: place, now: Self.start + .seconds(5)) { [3] } == .judge)
    }

    @Test func `an open destination is judged anew in time, and its old answers pass until that is done`() {
        var association = Self.open([("a", "192.0.2.1")])
        let later = Self.start + .seconds(60)
        #expect(association.send(to: Self.place("a"), now: later) { [1] } == .judge)
        #expect(association.admitsAnswer(from: Self.endpoint("192.0.2.1", 53)))
        #expect(association.judged(Self.place("a"), Self.endpoint("192.0.2.9", 53), now: later) == [[1]])
        #expect(!association.admitsAnswer(from: Self.endpoint("192.0.2.1", 53)))
        #expect(association.admitsAnswer(from: Self.endpoint("192.0.2.9", 53)))
    }

    @Test func `the least recently used destination makes room, and its answers end with it`() {
        var association = Self.open([("a", "192.0.2.1"), ("b", "192.0.2.2"), ("c", "192.0.2.3")])
        _ = association.send(to: Self.place("a"), now: Self.start + .seconds(1)) { [] }
        #expect(association.send(to: Self.place("d"), now: Self.start + .seconds(2)) { [] } == .judge)
        #expect(association.count == 3)
        #expect(association.admitsAnswer(from: Self.endpoint("192.0.2.1", 53)))
        #expect(!association.admitsAnswer(from: Self.endpoint("192.0.2.2", 53)))
    }

    @Test func `two names of one address leave it open until both are gone`() {
        var association = Self.open([("a", "192.0.2.1"), ("b", "192.0.2.1"), ("c", "192.0.2.3")])
        _ = association.send(to: Self.place("d"), now: Self.start + .seconds(1)) { [] }
        #expect(association.admitsAnswer(from: Self.endpoint("192.0.2.1", 53)))
        _ = association.send(to: Self.place("e"), now: Self.start + .seconds(1)) { [] }
        #expect(!association.admitsAnswer(from: Self.endpoint("192.0.2.1", 53)))
    }

    @Test func `a flood of destinations stays within the limits`() {
        var association = DatagramAssociation(client: Self.client, limits: Self.limits())
        var judged = 0
        for number in 0..<1000 where association.send(to: Self.place("n\(number)"), now: Self.start, payload: { [0] }) == .judge {
            judged += 1
        }
        #expect(judged == 2)
        #expect(association.count == 2)
        // What nobody waits for any more is no harm.
        #expect(association.judged(Self.place("other"), Self.endpoint("192.0.2.1", 53), now: Self.start).isEmpty)
    }

    @Test func `associations are counted, all and each client's`() {
        var limits = AssociationCounts.Limits()
        (limits.all, limits.ofClient) = (3, 2)
        let (first, second) = (IPAddress("10.0.0.1")!, IPAddress("10.0.0.2")!)
        var counts = AssociationCounts()
        let taken = [first, first, first, second, second].map { counts.take(for: $0, limits: limits) }
        #expect(taken == [true, true, false, true, false])
        counts.giveBack(by: first)
        counts.giveBack(by: IPAddress("10.0.0.9")!)
        #expect(counts.take(for: second, limits: limits) == true)
        #expect(counts.take(for: first, limits: limits) == false)
    }
}
