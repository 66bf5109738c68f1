import GatehouseRuntime
import GatehouseWire

/// Moves bytes both ways between two streams until both have ended or one failed. True duplex, so each direction is a child task.
package enum Tunnel {
    package struct Timeouts: Sendable {
        /// Longest silence of both sides together.
        package var read: Duration
        package var send: Duration

        package init(read: Duration, send: Duration) {
            self.read = read
            self.send = send
        }
    }

    package struct Moved: Sendable, Equatable {
        package var toClient = 0
        package var toUpstream = 0
    }

    /// - Parameters:
    ///   - fromClient: bytes the client sent behind its request; they wait for the upstream's 101.
    ///   - fromUpstream: bytes received behind the upstream's head.
    package static func run(
        client: ByteStream, upstream: ByteStream, fromClient: ByteBuffer?, fromUpstream: ByteBuffer, timeouts: Timeouts, loop: EventLoop
    ) async -> Moved {
        let activity = Activity(loop.now)
        let first = TunnelStart(bytes: fromClient)
        let second = TunnelStart(bytes: fromUpstream)
        async let up = move(from: client, to: upstream, first: first, activity, timeouts, loop)
        async let down = move(from: upstream, to: client, first: second, activity, timeouts, loop)
        return await Moved(toClient: down, toUpstream: up)
    }

    private static func move(
        from source: ByteStream, to sink: ByteStream, first: TunnelStart, _ activity: Activity, _ timeouts: Timeouts, _ loop: EventLoop
    ) async -> Int {
        var total = 0
        do throws(StreamError) {
            if let bytes = first.bytes, !bytes.isEmpty {
                total += bytes.count
                try await sink.send(bytes, deadline: loop.now + timeouts.send)
            }
            while true {
                let count = try await moveOnce(from: source, to: sink, activity, timeouts, loop)
                if count == 0 { break }
                total += count
            }
            // One side has finished; the other may still have something to say.
            sink.finishSending()
        } catch {
            source.socket.cancel()
            sink.socket.cancel()
        }
        return total
    }

    private static func moveOnce(
        from source: ByteStream, to sink: ByteStream, _ activity: Activity, _ timeouts: Timeouts, _ loop: EventLoop
    ) async throws(StreamError) -> Int {
        while true {
            // No buffer is held while there is nothing to move.
            if !source.hasBufferedInput {
                do throws(StreamError) {
                    try await source.waitReadable(deadline: activity.last + timeouts.read)
                } catch {
                    // The other direction was busy meanwhile: the tunnel is not idle.
                    if error.isTimeout && loop.now < activity.last + timeouts.read { continue }
                    throw error
                }
            }
            let buffer = loop.buffers.borrow(64 * 1024)
            defer { loop.buffers.giveBack(buffer) }
            guard let count = try source.receiveNow(into: buffer, limit: 64 * 1024) else { continue }
            activity.last = loop.now
            if count > 0 { try await sink.send(buffer, deadline: loop.now + timeouts.send) }
            return count
        }
    }

    /// When bytes moved last, shared by both directions.
    ///
    /// `@unchecked Sendable`: both directions run on one loop's thread.
    private final class Activity: @unchecked Sendable {
        var last: MonotonicInstant
        init(_ now: MonotonicInstant) { last = now }
    }
}

/// Hands a buffer to the child task that owns it from then on.
///
/// `@unchecked Sendable`: both directions run on one loop's thread, and only one of them is given the buffer.
private final class TunnelStart: @unchecked Sendable {
    let bytes: ByteBuffer?
    init(bytes: ByteBuffer?) { self.bytes = bytes }
}
