import GatehouseRuntime
import GatehouseWire

/// One connection to a peer, used by one exchange at a time and kept between them.
package final class UpstreamConnection {
    package let stream: ByteStream
    package let group: UpstreamGroup
    package let peer: Int
    /// Connections are shared only among requests that would make the same one: TLS name and settings.
    package let identity: [UInt8]
    package let openedAt: MonotonicInstant
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) package var requests = 0
    /// Received and not yet used; `nil` while idle.
    @safe @exclusivity(unchecked) package var input: ByteBuffer?
    /// The moment it went idle.
    @safe @exclusivity(unchecked) fileprivate(set) var idleSince: MonotonicInstant
    /// Told once when something happens to it while idle; made once, since it is handed over after every exchange.
    @safe @exclusivity(unchecked) fileprivate var idleObserver: (() -> Void)?

    package init(stream: ByteStream, group: UpstreamGroup, peer: Int, identity: [UInt8], now: MonotonicInstant) {
        self.stream = stream
        self.group = group
        self.peer = peer
        self.identity = identity
        openedAt = now
        idleSince = now
    }

    package func takeInput(_ minimum: Int) -> ByteBuffer {
        if let input { return input }
        let buffer = stream.loop.buffers.borrow(minimum)
        input = buffer
        return buffer
    }

    package func giveBackInput() {
        if let input { stream.loop.buffers.giveBack(input) }
        input = nil
    }

    package func close() {
        giveBackInput()
        stream.close()
    }
}

/// The idle upstream connections of one loop: the descriptor is in this loop's epoll, so no other loop can use it cheaply.
package final class IdleUpstreams {
    /// Those of one group, the most recently used last.
    private final class List {
        // `@exclusivity(unchecked)`: belongs to one loop; checking each access at run time costs more than the access.
        @safe @exclusivity(unchecked) var connections: [UpstreamConnection] = []
    }
    @safe @exclusivity(unchecked) private var sweep: Timer?
    @safe @exclusivity(unchecked) private var byGroup: [ObjectIdentifier: List] = [:]

    package init() {}

    /// Takes an idle connection to `peer`, the youngest first.
    package func take(_ group: UpstreamGroup, peer: Int, identity: [UInt8]) -> UpstreamConnection? {
        guard let list = byGroup[ObjectIdentifier(group)] else { return nil }
        var i = list.connections.count - 1
        while i >= 0 {
            if list.connections[i].peer == peer && list.connections[i].identity == identity {
                let connection = list.connections.remove(at: i)
                connection.stream.socket.stopWatching()
                return connection
            }
            i -= 1
        }
        return nil
    }

    /// Keeps `connection` for the next exchange; the oldest of its group makes room.
    package func keep(_ connection: UpstreamConnection, now: MonotonicInstant) {
        connection.giveBackInput()
        connection.idleSince = now
        let list = list(of: connection.group)
        if list.connections.count >= connection.group.settings.keepalive { drop(list.connections[0]) }
        list.connections.append(connection)
        // Anything that happens on an idle connection ends it: a close, a reset, or bytes nobody asked for.
        let observer = connection.idleObserver ?? { [unowned self, unowned connection] in self.drop(connection) }
        connection.idleObserver = observer
        connection.stream.socket.watchIdle(observer)
        if sweep == nil { armSweep(at: now + connection.group.settings.keepaliveTimeout, on: connection.stream.loop) }
    }

    private func list(of group: UpstreamGroup) -> List {
        let key = ObjectIdentifier(group)
        if let known = byGroup[key] { return known }
        let new = List()
        byGroup[key] = new
        return new
    }

    private func drop(_ connection: UpstreamConnection) {
        connection.stream.socket.stopWatching()
        if let list = byGroup[ObjectIdentifier(connection.group)], let i = list.connections.firstIndex(where: { $0 === connection }) {
            list.connections.remove(at: i)
        }
        connection.close()
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
                drop(connection)
            } else {
                next = min(next ?? due, due)
            }
        }
        if let next { armSweep(at: next, on: loop) }
    }

    package func closeAll() {
        for connection in byGroup.values.flatMap(\.connections) { drop(connection) }
        byGroup.removeAll()
    }

    /// After a reload: the groups of older generations take nothing new.
    package func closeAll(notOf generation: Generation) {
        let current = Set(generation.upstreams.map { ObjectIdentifier($0) })
        for (key, list) in byGroup where !current.contains(key) {
            for connection in list.connections { drop(connection) }
            byGroup[key] = nil
        }
    }
}
