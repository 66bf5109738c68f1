import GatehousePolicy
import GatehouseWire

extension UpstreamPool {
    /// A group of servers for a program that talks to them by itself.
    ///
    /// A server that is named twice counts as its last mention says. Nothing runs in the background: the group goes with its last reference.
    /// - Parameters:
    ///   - servers: who is in the group at first.
    ///   - method: how it chooses among them.
    ///   - rules: how it behaves as a whole.
    ///   - clock: what all times are measured with, and what requests in the queue wait on.
    ///   - seed: what every choice by chance follows from.
    public init(
        servers: [Server], method: Method = .roundRobin, rules: Rules = Rules(), clock: some Clock<Duration> = ContinuousClock(),
        seed: UInt64 = .random(in: .min ... .max)
    ) {
        let all = servers.indices.filter { place in !servers[(place + 1)...].contains { $0.name == servers[place].name } }
            .map { servers[$0].internalServer }
        let feed = ChangeFeed()
        self.init(
            PoolMachine(peers: all.map(\.spec), rules: rules.poolRules(method)),
            peers: all.enumerated().map { UpstreamPeer(id: PeerID(index: $0), server: $1) }, seed: seed, clock: UpstreamClock(clock),
            feed: feed, changed: { peer, change in feed.send(Change(peer.name, change)) })
    }

    // MARK: Changing the group

    /// Takes a server into the group, or gives the one of that name other parameters; its counts and failures stay then.
    public func add(_ server: Server) {
        let now = clock.now()
        if let peer = member(server.name) {
            update(peer, server.spec, now: now)
        } else {
            for peer in change(removing: [], adding: [server.internalServer], now: now) where hasMandatoryCheck {
                awaitCheck(peer, now: now)
            }
        }
    }

    /// Lets a server go. It gets nothing new; what runs there ends as it will.
    /// - Returns: false: the group has no such server.
    @discardableResult
    public func remove(_ name: String) -> Bool {
        guard let peer = member(name) else { return false }
        change(removing: [peer], adding: [], now: clock.now())
        return true
    }

    /// From now on only requests that are bound to the server get it.
    /// - Returns: false: the group has no such server.
    @discardableResult
    public func drain(_ name: String) -> Bool { set(name, .draining) }

    /// From now on no request gets the server.
    /// - Returns: false: the group has no such server.
    @discardableResult
    public func takeDown(_ name: String) -> Bool { set(name, .down) }

    /// The server is used again; ends ``drain(_:)`` and ``takeDown(_:)``.
    /// - Returns: false: the group has no such server.
    @discardableResult
    public func bringUp(_ name: String) -> Bool { set(name, .up) }

    // MARK: Health

    /// Tells of every server there is, and then of each that joins, until `endChecks`.
    /// - Parameter isMandatory: none of them is used before its first result.
    /// - Returns: false: another checker is told already.
    func beginChecks(isMandatory: Bool, _ tell: @escaping @Sendable (UpstreamPeer) -> Void) -> Bool {
        if isChecked { return false }
        isChecked = true
        let now = clock.now()
        hasMandatoryCheck = isMandatory
        if isMandatory { for peer in members { awaitCheck(peer, now: now) } }
        watchMembers(tell)
        return true
    }

    /// Nobody checks any more: who still awaits a first result, or joins, is not to wait for ever.
    func endChecks() {
        isChecked = false
        hasMandatoryCheck = false
        memberWatcher = nil
        let now = clock.now()
        for (peer, snapshot) in snapshots(now: now) where snapshot.state == .checking {
            set(peer, .unchecked, reason: "its checker ended", now: now)
        }
    }

    private func awaitCheck(_ peer: UpstreamPeer, now: MonotonicInstant) {
        set(peer, .checking, reason: "its first check is awaited", now: now)
    }

    // MARK: Finding a server

    private func set(_ name: String, _ administration: PoolMachine.Administration) -> Bool {
        guard let peer = member(name) else { return false }
        set(peer, administration, now: clock.now())
        return true
    }

    private func member(_ name: String) -> UpstreamPeer? { members.first { $0.name == name } }
}
