import GatehousePolicy
import GatehouseWire

/// What changes a group while it serves: names that stand for other addresses, health, people.
extension UpstreamPool {
    /// The peers there are, in the order of their IDs.
    package var members: [UpstreamPeer] { peers.compactMap { $0 } }

    /// Lets peers go and takes others in, in one step, so that no request finds the group empty in between. Requests under way at those
    /// that go end as they will; their idle connections are closed.
    /// - Returns: the new peers, in the order given.
    @discardableResult
    package func change(
        removing gone: [UpstreamPeer], adding servers: [UpstreamServer], now: MonotonicInstant
    ) -> [UpstreamPeer] {
        let added = servers.map { add($0, now: now) }
        for peer in gone where isMember(peer) {
            machine.remove(peer.id, now: now)
            peers[peer.id.index] = nil
            peer.retire()
        }
        membershipChanged(now: now)
        return added
    }

    private func add(_ server: UpstreamServer, now: MonotonicInstant) -> UpstreamPeer {
        let id = machine.add(server.spec, now: now)
        let peer = UpstreamPeer(id: id, server: server)
        while peers.count <= id.index { peers.append(nil) }
        peers[id.index] = peer
        machine.set(id, startingHealth(peer), reason: "its first health check is awaited", now: now)
        memberWatcher?(peer)
        return peer
    }

    /// Tells of every peer there is, and then of each that joins. There is one watcher; it must not block.
    package func watchMembers(_ tell: @escaping @Sendable (UpstreamPeer) -> Void) {
        memberWatcher = tell
        for peer in members { tell(peer) }
    }

    /// Other parameters for a peer, whose counts, failures and health stay.
    package func update(_ peer: UpstreamPeer, _ spec: PeerSpec, now: MonotonicInstant) {
        guard isMember(peer) else { return }
        machine.update(peer.id, spec, now: now)
        membershipChanged(now: now)
    }

    /// What people decided about a peer. One that has left the group is not touched.
    package func set(_ peer: UpstreamPeer, _ administration: PoolMachine.Administration, now: MonotonicInstant) {
        guard isMember(peer) else { return }
        machine.set(peer.id, administration, now: now)
        membershipChanged(now: now)
    }

    /// What checks found about a peer. One that has left the group is not touched.
    /// - Parameter reason: for the log.
    package func set(_ peer: UpstreamPeer, _ health: PeerHealth, reason: String, now: MonotonicInstant) {
        guard isMember(peer) else { return }
        machine.set(peer.id, health, reason: reason, now: now)
        settle(now: now)
    }

    /// Whether names of the group were never resolved yet: requests wait then while there is no peer for them.
    package func setAwaitsPeers(_ awaits: Bool, now: MonotonicInstant) {
        machine.awaitsPeers = awaits
        settle(now: now)
        // Without a queue they waited for nothing but names.
        if !awaits && machine.rules.queue == nil { dismissWaiters() }
    }

    /// Every peer as a status page shows it.
    package func snapshots(now: MonotonicInstant) -> [(peer: UpstreamPeer, snapshot: PeerSnapshot)] {
        members.compactMap { peer in machine.snapshot(of: peer.id, now: now).map { (peer, $0) } }
    }
}
