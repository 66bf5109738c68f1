import GatehouseWire

/// What passes through one UDP association of a SOCKS client (RFC 1928 §7): whose datagrams are taken, which destinations are judged and
/// open, and whose answers go back.
///
/// Owns the datagrams that wait for their destination to be judged, and nothing else: sockets, lookups and rules are the caller's, which
/// reports `judged` for each `.judge` it was given. Everything is bounded by `Limits`.
///
/// ```
/// destination:  judging ──► open ──► judging (after `judgementLifetime`)
///                  └──────► refused ──► judging (after `refusalLifetime`)
/// ```
package struct DatagramAssociation: Sendable {
    package struct Limits: Sendable, Equatable {
        /// The least recently used destination makes room for another.
        package var destinations = 128
        /// Destinations that are judged at the same time.
        package var judgements = 8
        /// Datagrams that wait for one judgement.
        package var waiting = 4
        /// A destination is judged anew after that: names move, and rules know hours.
        package var judgementLifetime: Duration = .seconds(60)
        package var refusalLifetime: Duration = .seconds(5)

        package init() {}
    }

    package struct Endpoint: Sendable, Hashable {
        package var address: IPAddress
        package var port: UInt16

        package init(_ address: IPAddress, port: UInt16) {
            self.address = address
            self.port = port
        }
    }

    /// As the client names it.
    package struct Destination: Sendable, Hashable {
        package var host: [UInt8]
        package var port: Int

        package init(host: [UInt8], port: Int) {
            self.host = host
            self.port = port
        }
    }

    package enum ClientResult: Sendable, Equatable {
        /// - Parameter way: what `judged` said.
        case send(to: Endpoint, way: Int)
        /// The datagram waits: judge its destination, then report it.
        case judge
        /// The datagram waits for a judgement under way.
        case hold
        case drop(Drop)
    }

    /// Why a datagram of the client goes nowhere.
    package enum Drop: String, Sendable, Equatable {
        case stranger = "does not come from the client"
        case refused = "has a destination that is refused"
        case crowded = "is one too many"
    }

    private enum State {
        /// → open, refused
        case judging(waiting: [[UInt8]])
        /// → judging
        case open(Endpoint, way: Int, until: MonotonicInstant)
        /// → judging
        case refused(until: MonotonicInstant)
    }

    private struct Entry {
        var state: State
        var lastUse: MonotonicInstant
        /// Answers of the last judgement's endpoint are taken while the next is under way.
        var endpoint: Endpoint?
    }

    private let limits: Limits
    private let client: IPAddress
    /// The port that the client sends from, once it is known.
    private var clientPort: UInt16?
    private var entries: [Destination: Entry] = [:]
    /// How many destinations lead to each endpoint.
    private var endpoints: [Endpoint: Int] = [:]
    private var judgements = 0

    /// - Parameters:
    ///   - client: who asked for the association; others' datagrams are dropped.
    ///   - announced: what it said that it would send from. Its port counts where the address is true: else there is a translator
    ///     between, and the first datagram tells.
    package init(client: IPAddress, announced: Endpoint? = nil, limits: Limits = Limits()) {
        self.client = client.unmapped
        self.limits = limits
        if let announced, announced.port > 0, announced.address.unmapped == client.unmapped { clientPort = announced.port }
    }

    /// Where answers go; `nil` until the client has sent something, or said where it will send from.
    package var clientEndpoint: Endpoint? { clientPort.map { Endpoint(client, port: $0) } }

    /// The number of destinations that are remembered.
    package var count: Int { entries.count }

    // MARK: From the client

    /// Whether a datagram that came to the relay is the client's.
    package mutating func admits(_ sender: Endpoint) -> Bool {
        guard sender.address.unmapped == client else { return false }
        if let clientPort { return clientPort == sender.port }
        clientPort = sender.port
        return true
    }

    /// A datagram of the client for `destination`.
    /// - Parameter payload: asked for where it has to wait.
    package mutating func send(to destination: Destination, now: MonotonicInstant, payload: () -> [UInt8]) -> ClientResult {
        guard var entry = entries[destination] else { return begin(destination, now: now, payload()) }
        entry.lastUse = now
        defer { entries[destination] = entry }
        switch entry.state {
        case .judging(var waiting):
            guard waiting.count < limits.waiting else { return .drop(.crowded) }
            waiting.append(payload())
            entry.state = .judging(waiting: waiting)
            return .hold
        case .open(let endpoint, let way, let until):
            if now < until || judgements >= limits.judgements { return .send(to: endpoint, way: way) }
        case .refused(let until):
            if now < until { return .drop(.refused) }
            if judgements >= limits.judgements { return .drop(.crowded) }
        }
        judgements += 1
        entry.state = .judging(waiting: [payload()])
        return .judge
    }

    private mutating func begin(_ destination: Destination, now: MonotonicInstant, _ payload: [UInt8]) -> ClientResult {
        guard judgements < limits.judgements, entries.count < limits.destinations || forgetOldest() else { return .drop(.crowded) }
        judgements += 1
        entries[destination] = Entry(state: .judging(waiting: [payload]), lastUse: now)
        return .judge
    }

    /// - Returns: false where every destination is being judged.
    private mutating func forgetOldest() -> Bool {
        let idle = entries.filter { if case .judging = $0.value.state { false } else { true } }
        guard let oldest = idle.min(by: { $0.value.lastUse < $1.value.lastUse })?.key else { return false }
        if let entry = entries.removeValue(forKey: oldest) { release(entry.endpoint) }
        return true
    }

    // MARK: Judgements

    /// The end of a judgement.
    /// - Parameter endpoint: where datagrams for the destination go; `nil` where they go nowhere.
    /// - Returns: those that have waited, to be sent there.
    package mutating func judged(_ destination: Destination, _ endpoint: Endpoint?, way: Int = 0, now: MonotonicInstant) -> [[UInt8]] {
        guard var entry = entries[destination], case .judging(let waiting) = entry.state else { return [] }
        judgements -= 1
        release(entry.endpoint)
        entry.endpoint = endpoint
        if let endpoint {
            endpoints[endpoint, default: 0] += 1
            entry.state = .open(endpoint, way: way, until: now + limits.judgementLifetime)
        } else {
            entry.state = .refused(until: now + limits.refusalLifetime)
        }
        entries[destination] = entry
        return endpoint == nil ? [] : waiting
    }

    private mutating func release(_ endpoint: Endpoint?) {
        guard let endpoint, let uses = endpoints[endpoint] else { return }
        endpoints[endpoint] = uses > 1 ? uses - 1 : nil
    }

    // MARK: To the client

    /// Whether an answer is passed on: only those are that come from where the client has sent to.
    package func admitsAnswer(from endpoint: Endpoint) -> Bool { endpoints[endpoint] != nil && clientPort != nil }
}
