import CGatehouse
package import GatehouseWire
import Glibc

extension Socket {
    /// Receives what is there into the free room of `buffer`, at most `limit` bytes; a buffer without room grows by up to 4 KiB.
    /// A read that leaves room says that the kernel has no more, so that the next call costs nothing until epoll reports news.
    package func receiveNow(into buffer: ByteBuffer, limit: Int) throws(SocketError) -> ReceiveResult {
        try checkWaitable("recv")
        if !condition.contains(.readable) { return .wouldBlock }
        if hasEnded { return .end }
        let descriptor = descriptor
        while true {
            var asked = 0
            let minimum = buffer.writableCount > 0 ? 1 : min(limit, 4096)
            // The kernel writes at most `asked` bytes into the room that the buffer offers.
            let result = unsafe buffer.withWritable(minimum: minimum) { room in
                asked = min(limit, room.count)
                return unsafe gatehouse_receive(descriptor, room.baseAddress, asked, 0)
            }
            if result > 0 {
                // After a close every later call has to see the end, which comes without another edge.
                if result < asked && !isDatagram && !condition.contains(.peerClosed) { condition.remove(.readable) }
                return .bytes(result)
            }
            if result == 0 && isDatagram && asked > 0 { return .bytes(0) }
            if result == 0 {
                hasEnded = true
                return .end
            }
            if result == -Int(EAGAIN) {
                condition.remove(.readable)
                return .wouldBlock
            }
            if result != -Int(EINTR) { throw failed(Int32(-result), "recv") }
        }
    }

    /// Receives at most `limit` bytes, waiting for them if need be. Returns 0 at the end.
    nonisolated(nonsending) package func receive(into buffer: ByteBuffer, limit: Int, deadline: Instant) async throws(SocketError) -> Int {
        while true {
            switch try receiveNow(into: buffer, limit: limit) {
            case .bytes(let count): return count
            case .end: return 0
            case .wouldBlock: try await readable(deadline: deadline)
            }
        }
    }

    /// Whether bytes wait that nobody received; also true at the end and after an error. At most one system call: for a connection from a pool.
    package func hasUnreceivedInput() -> Bool {
        guard isOpen, condition.contains(.readable) else { return false }
        var byte: UInt8 = 0
        // One byte is peeked into one byte.
        if unsafe gatehouse_receive(descriptor, &byte, 1, 1) != -Int(EAGAIN) { return true }
        condition.remove(.readable)
        return false
    }

    /// Remembers that the connection broke.
    func failed(_ code: Int32, _ operation: StaticString) -> SocketError {
        let error = SocketError(code: code, operation: operation)
        if error.kind == .reset { condition.formUnion([.reset, .peerClosed]) }
        if brokenBy == 0 { brokenBy = code }
        return error
    }
}
