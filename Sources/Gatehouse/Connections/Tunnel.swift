import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Moves bytes both ways between two streams until both have ended or one failed.
///
/// One task does both directions: it waits for whatever of the two sockets stirs first, so an idle tunnel costs one continuation.
package final class Tunnel {
    package struct Moved: Sendable, Equatable {
        package var toClient = 0
        package var toUpstream = 0
    }

    private let loop: EventLoop
    private let client: ByteStream
    private let upstream: ByteStream
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) private var machine: TunnelMachine
    @safe @exclusivity(unchecked) private var toUpstream: TunnelPath
    @safe @exclusivity(unchecked) private var toClient: TunnelPath
    private let pace: (any TunnelPace)?

    /// When so many bytes have gone in one direction others have their turn: about one call's worth.
    private static let turnSize = PipePool.capacity / 2

    /// - Parameters:
    ///   - fromClient: bytes the client sent behind its request, given back to the loop by the tunnel.
    ///   - fromUpstream: bytes received behind the upstream's head; the same.
    ///   - pace: tells how fast bytes may go; `nil` as fast as they can.
    package init(
        client: ByteStream, upstream: ByteStream, fromClient: ByteBuffer?, fromUpstream: ByteBuffer?, limits: TunnelMachine.Limits,
        pace: (any TunnelPace)? = nil, pipes: PipePool
    ) {
        loop = client.loop
        self.client = client
        self.upstream = upstream
        self.pace = pace
        machine = TunnelMachine(limits, now: loop.now)
        toUpstream = TunnelPath(from: client, to: upstream, first: fromClient, pipes: pipes)
        toClient = TunnelPath(from: upstream, to: client, first: fromUpstream, pipes: pipes)
    }

    /// Suspends until the tunnel is over, for whatever reason. Closing both streams is the caller's.
    package func run() async -> Moved {
        do throws(StreamError) {
            while try await step() {}
        } catch {
            // One side broke, or was silent for too long: there is nobody to tell.
        }
        return Moved(toClient: toClient.moved, toUpstream: toUpstream.moved)
    }

    /// Moves what can be moved, and waits for more.
    /// - Returns: whether the tunnel goes on.
    private func step() async throws(StreamError) -> Bool {
        let isUpThrough = try advance(.toUpstream, &toUpstream)
        let isDownThrough = try advance(.toClient, &toClient)
        guard isUpThrough && isDownThrough else {
            await loop.nextTurn()
            return true
        }
        try client.sendReplies()
        try upstream.sendReplies()
        switch machine.wait(now: loop.now) {
        case .finished, .timedOut: return false
        case .sockets(let ofClient, let ofUpstream, let due): return try await wait(ofClient, ofUpstream, until: due)
        }
    }

    /// Moves bytes in one direction as long as that needs no waiting.
    /// - Returns: false where there may be more, and others have to have their turn first.
    private func advance(_ direction: TunnelMachine.Direction, _ path: inout TunnelPath) throws(StreamError) -> Bool {
        var left = Tunnel.turnSize
        while true {
            if path.isHolding {
                let tookSome = try path.send()
                if tookSome { machine.moved(now: loop.now) }
                if path.isHolding {
                    machine.sinkIsFull(direction, tookSome: tookSome, now: loop.now)
                    return true
                }
                machine.sinkTookAll(direction)
            }
            if left <= 0 { return false }
            if let due = pace?.due(direction, now: loop.now), due > loop.now { machine.rateIsSpent(direction, until: due) }
            guard machine.takes(direction, now: loop.now) else { return true }
            let limit = pace?.piece(direction) ?? PipePool.capacity
            guard let count = try path.receive(limit: limit) else { return true }
            if count == 0 {
                machine.sourceEnded(direction)
                // One side has finished; the other may still have something to say.
                path.sink.finishSending()
                return true
            }
            machine.moved(now: loop.now)
            pace?.moved(count, direction, now: loop.now)
            left -= count
        }
    }

    private func wait(
        _ ofClient: TunnelMachine.Wish, _ ofUpstream: TunnelMachine.Wish, until due: MonotonicInstant
    ) async throws(StreamError) -> Bool {
        do throws(SocketError) {
            _ = try await Socket.waitForAny(
                client.socket, Interest(ofClient), upstream.socket, Interest(ofUpstream), deadline: due)
        } catch {
            // The machine knows whether that means anything.
            if error.kind == .timedOut { return true }
            throw .socket(error)
        }
        // A side that has finished and then breaks will not take anything either.
        return !(ofClient.end && client.socket.isReset || ofUpstream.end && upstream.socket.isReset)
    }
}

/// How fast bytes may go through a tunnel.
package protocol TunnelPace: AnyObject {
    /// When more may be taken from the source.
    func due(_ direction: TunnelMachine.Direction, now: MonotonicInstant) -> MonotonicInstant
    /// How many bytes at once; more than 0.
    func piece(_ direction: TunnelMachine.Direction) -> Int
    func moved(_ count: Int, _ direction: TunnelMachine.Direction, now: MonotonicInstant)
}

extension Interest {
    fileprivate init(_ wish: TunnelMachine.Wish) {
        self = []
        if wish.bytes { insert(.readable) }
        if wish.room { insert(.writable) }
        if wish.end { insert(.reset) }
    }
}
