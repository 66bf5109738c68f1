import CGatehouse
package import GatehouseWire
import Glibc

/// A pipe in the kernel through which bytes go from one socket to another without being copied into the process.
/// Confined to one task.
package final class SplicePipe {
    private let readEnd: Descriptor
    private let writeEnd: Descriptor
    /// Bytes received and not yet sent.
    package private(set) var count = 0

    /// `capacity` in bytes is a wish: the system may grant less.
    package init(capacity: Int = 256 << 10) throws(SystemError) {
        var read: Int32 = -1
        var write: Int32 = -1
        // Both live for the call.
        _ = try SystemError.check(unsafe gatehouse_pipe(&read, &write, Int32(clamping: capacity)), "pipe2")
        readEnd = Descriptor(adopting: read)
        writeEnd = Descriptor(adopting: write)
    }

    /// Moves at most `limit` bytes from `socket` into the pipe, which has to be empty: a full one looks like a socket without bytes.
    package func receiveNow(from socket: Socket, limit: Int) throws(SocketError) -> ReceiveResult {
        precondition(count == 0, "splicing into a pipe that holds bytes")
        try socket.checkWaitable("splice")
        if !socket.condition.contains(.readable) { return .wouldBlock }
        if socket.hasEnded { return .end }
        while true {
            let result = gatehouse_splice(socket.descriptor, writeEnd.number, limit, 0)
            if result > 0 {
                count = result
                return .bytes(result)
            }
            if result == 0 {
                socket.hasEnded = true
                return .end
            }
            if result == -Int(EAGAIN) {
                socket.condition.remove(.readable)
                return .wouldBlock
            }
            if result != -Int(EINTR) { throw socket.failed(Int32(-result), "splice") }
        }
    }

    /// Moves what the pipe holds to `socket` as far as there is room. Returns the number of bytes.
    package func sendNow(to socket: Socket) throws(SocketError) -> Int {
        if count == 0 { return 0 }
        let pending = count
        let sent = try socket.sent(of: pending, "splice") { gatehouse_splice(readEnd.number, $0, pending, 0) }
        count -= sent
        return sent
    }

    /// Sends all that the pipe holds, waiting for room as often as needed.
    nonisolated(nonsending) package func send(to socket: Socket, deadline: MonotonicInstant) async throws(SocketError) {
        while count > 0 {
            if try sendNow(to: socket) == 0 { try await socket.writable(deadline: deadline) }
        }
    }
}

@available(*, unavailable)
extension SplicePipe: Sendable {}
