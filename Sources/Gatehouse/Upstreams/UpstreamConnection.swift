import GatehouseRuntime
import GatehouseWire

/// One connection to a peer, used by one exchange at a time and kept between them.
package final class UpstreamConnection {
    package let stream: ByteStream
    package let group: UpstreamGroup
    package let peer: UpstreamPeer
    /// Connections are shared only among requests that would make the same one: TLS name and settings.
    package let identity: [UInt8]
    package let openedAt: MonotonicInstant
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) package var requests = 0
    /// `Socket.sentCount` before the request under way.
    @safe @exclusivity(unchecked) package var sentBefore = 0
    /// Received and not yet used; `nil` while idle.
    @safe @exclusivity(unchecked) package var input: ByteBuffer?
    /// The moment it went idle.
    @safe @exclusivity(unchecked) package internal(set) var idleSince: MonotonicInstant
    /// The loop's idle connections, where this one belongs between exchanges; `nil` for one that carries no exchanges of clients.
    unowned let keeper: IdleUpstreams?
    /// How long it had been idle when it was last taken into use.
    @safe @exclusivity(unchecked) var lastIdle = Duration.zero
    @safe @exclusivity(unchecked) var ages: IdleAges?

    package init(
        stream: ByteStream, group: UpstreamGroup, peer: UpstreamPeer, identity: [UInt8], keeper: IdleUpstreams?, now: MonotonicInstant
    ) {
        self.keeper = keeper
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

    /// Hands over the buffer with what was received, to be given back by the caller.
    package func detachInput() -> ByteBuffer? {
        defer { input = nil }
        return input
    }

    package func giveBackInput() {
        if let input { stream.loop.buffers.giveBack(input) }
        input = nil
    }

    /// The peer closed it just as it was used again.
    func lostRace(now: MonotonicInstant) { ages?.machine.connectionDied(idleFor: lastIdle, now: now) }

    package func close() {
        giveBackInput()
        stream.close()
    }
}
