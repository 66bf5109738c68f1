import GatehouseRuntime
import GatehouseWire

/// The idle upstream connections of one loop: the descriptor is in this loop's epoll, so no other loop can use it cheaply.
package final class IdleUpstreams {
    /// Those of one group, the most recently used last.
    private final class List {
        // `@exclusivity(unchecked)`: belongs to one loop; checking each access at run time costs more than the access.
        @safe @exclusivity(unchecked) var connections: [UpstreamConnection] = []
    }
    @safe @exclusivity(unchecked) private var sweep: Timer?
    @safe @exclusivity(unchecked) private var byGroup: [ObjectIdentifier: List] = [:]
    /// The one used last: nearly always the next one, too.
    @safe @exclusivity(unchecked) private var recent: (group: ObjectIdentifier, list: List)?
    /// By peer.
    @safe @exclusivity(unchecked) private var ages: [ObjectIdentifier: IdleAges] = [:]
    /// Connections of groups that were made for requests. There may be any number of such groups, so they share one limit.
    @safe @exclusivity(unchecked) private(set) var transientCount = 0
    private let transientLimit: Int

    package init(transientLimit: Int = 256) { self.transientLimit = transientLimit }

    deinit {
        // A watched socket holds its connection.
        for connection in byGroup.values.flatMap(\.connections) { connection.stream.socket.stopWatching() }
    }

    /// Takes an idle connection to `peer`, the most recently used first. None that has been idle for so long that the peer may just be
    /// closing it: it stays, and how it ends tells more of when that is.
    package func take(_ group: UpstreamGroup, peer: UpstreamPeer, identity: [UInt8], now: MonotonicInstant) -> UpstreamConnection? {
        guard let list = knownList(of: group) else { return nil }
        var i = list.connections.count - 1
        while i >= 0 {
            if list.connections[i].peer === peer && list.connections[i].identity == identity {
                let age = now - list.connections[i].idleSince
                if let longest = list.connections[i].ages?.machine.longestReuse(now: now), age > longest { return nil }
                let connection = list.connections.remove(at: i)
                connection.lastIdle = age
                connection.stream.socket.stopWatching()
                if group.isTransient { leftTransient(group, list) }
                return connection
            }
            i -= 1
        }
        return nil
    }

    /// Keeps `connection` for the next exchange; the oldest of its group makes room.
    package func keep(_ connection: UpstreamConnection, now: MonotonicInstant) {
        if connection.peer.isRetired { return connection.close() }
        connection.giveBackInput()
        connection.idleSince = now
        if let list = knownList(of: connection.group), list.connections.count >= connection.group.settings.keepalive {
            dropSurvivor(list.connections[0], now: now)
        }
        if connection.group.isTransient {
            if transientCount >= transientLimit { dropOldestTransient() }
            transientCount += 1
        } else if connection.ages == nil {
            connection.ages = ages(of: connection.peer)
        }
        list(of: connection.group).connections.append(connection)
        connection.stream.socket.watchIdle(connection)
        if sweep == nil { armSweep(at: now + connection.group.settings.keepaliveTimeout, on: connection.stream.loop) }
    }

    private func list(of group: UpstreamGroup) -> List {
        if let known = knownList(of: group) { return known }
        let list = List()
        byGroup[ObjectIdentifier(group)] = list
        recent = (ObjectIdentifier(group), list)
        return list
    }

    private func knownList(of group: UpstreamGroup) -> List? {
        let key = ObjectIdentifier(group)
        if let recent, recent.group == key { return recent.list }
        guard let list = byGroup[key] else { return nil }
        recent = (key, list)
        return list
    }

    /// A connection left `list`. Without any the group may go, and another come to be where it was.
    private func leftTransient(_ group: UpstreamGroup, _ list: List) {
        transientCount -= 1
        guard list.connections.isEmpty else { return }
        byGroup[ObjectIdentifier(group)] = nil
        recent = nil
    }

    private func dropOldestTransient() {
        let all = byGroup.values.lazy.flatMap(\.connections).filter(\.group.isTransient)
        if let oldest = all.min(by: { $0.idleSince < $1.idleSince }) { drop(oldest) }
    }

    private func ages(of peer: UpstreamPeer) -> IdleAges {
        if let known = ages[ObjectIdentifier(peer)] { return known }
        let new = IdleAges()
        ages[ObjectIdentifier(peer)] = new
        return new
    }

    /// The peer closed it.
    fileprivate func ended(_ connection: UpstreamConnection) {
        // Told between two turns of the loop, whose own time is still that from before it slept.
        let now = MonotonicInstant.now
        connection.ages?.machine.connectionDied(idleFor: now - connection.idleSince, now: now)
        drop(connection)
    }

    /// The peer would have let it live longer.
    private func dropSurvivor(_ connection: UpstreamConnection, now: MonotonicInstant) {
        connection.ages?.machine.connectionSurvived(idleFor: now - connection.idleSince)
        drop(connection)
    }

    private func drop(_ connection: UpstreamConnection) {
        connection.stream.socket.stopWatching()
        if let list = byGroup[ObjectIdentifier(connection.group)], let i = list.connections.firstIndex(where: { $0 === connection }) {
            list.connections.remove(at: i)
            if connection.group.isTransient { leftTransient(connection.group, list) }
        }
        connection.close()
    }

    /// `peer` left its group.
    package func closeAll(to peer: UpstreamPeer) {
        for connection in byGroup.values.flatMap(\.connections) where connection.peer === peer { drop(connection) }
        ages[ObjectIdentifier(peer)] = nil
    }

    // MARK: keepalive_timeout

    /// One timer for all idle connections: arming one for each would cost more than the exchanges.
    private func armSweep(at time: MonotonicInstant, on loop: EventLoop) {
        sweep = loop.schedule(at: time) { [unowned self] in
            sweep = nil
            dropOverdue(loop)
        }
    }

    private func dropOverdue(_ loop: EventLoop) {
        var next: MonotonicInstant?
        for connection in byGroup.values.flatMap(\.connections) {
            let due = connection.idleSince + connection.group.settings.keepaliveTimeout
            if due <= loop.now {
                dropSurvivor(connection, now: loop.now)
            } else {
                next = min(next ?? due, due)
            }
        }
        if let next { armSweep(at: next, on: loop) }
    }

    package func closeAll() {
        for connection in byGroup.values.flatMap(\.connections) { drop(connection) }
        byGroup.removeAll()
        recent = nil
        ages.removeAll()
    }

    /// After a reload: the groups of older generations take nothing new.
    package func closeAll(notOf generation: Generation) {
        let current = Set(generation.upstreams.map { ObjectIdentifier($0) })
        for (key, list) in byGroup where !current.contains(key) {
            for connection in list.connections { drop(connection) }
            byGroup[key] = nil
        }
        recent = nil
        // Peers are others in each generation.
        ages.removeAll()
    }
}

extension UpstreamConnection: IdleWatcher {
    /// Anything that happens on an idle connection ends it: a close, a reset, or bytes nobody asked for.
    package func idleSocketStirred() { keeper?.ended(self) }
}
