import CGatehouse
package import GatehouseWire
import Glibc

extension Socket {
    /// Sends what the kernel takes without waiting and consumes it from `buffer`. Returns the number of bytes, 0 when there is no room.
    package func sendNow(_ buffer: ByteBuffer) throws(SocketError) -> Int {
        if buffer.isEmpty { return 0 }
        let count = buffer.count
        let sent = try sent(of: count) { descriptor in
            // The kernel only reads, and only during the call.
            unsafe buffer.withReadable { unsafe gatehouse_send(descriptor, $0.baseAddress, $0.count, 0) }
        }
        buffer.consume(sent)
        return sent
    }

    /// Sends the bytes of both buffers in one system call, as far as there is room, and consumes what was sent.
    package func sendNow(_ first: ByteBuffer, _ second: ByteBuffer) throws(SocketError) -> Int {
        if first.isEmpty { return try sendNow(second) }
        if second.isEmpty { return try sendNow(first) }
        let sent = try sent(of: first.count + second.count) { descriptor in
            // The kernel only reads, and only during the call.
            unsafe first.withReadable { first in
                unsafe second.withReadable { second in
                    unsafe gatehouse_send2(descriptor, first.baseAddress, first.count, second.baseAddress, second.count)
                }
            }
        }
        let fromFirst = min(sent, first.count)
        first.consume(fromFirst)
        second.consume(sent - fromFirst)
        return sent
    }

    /// Sends all of `buffer`, waiting for room as often as needed. `deadline` is for the whole of it.
    nonisolated(nonsending) package func send(_ buffer: ByteBuffer, deadline: Instant) async throws(SocketError) {
        while true {
            _ = try sendNow(buffer)
            if buffer.isEmpty { return }
            try await writable(deadline: deadline)
        }
    }

    /// Sends all of `first`, then all of `second`. `deadline` is for the whole of it.
    nonisolated(nonsending) package func send(_ first: ByteBuffer, _ second: ByteBuffer, deadline: Instant) async throws(SocketError) {
        while true {
            _ = try sendNow(first, second)
            if first.isEmpty && second.isEmpty { return }
            try await writable(deadline: deadline)
        }
    }

    /// Performs a sending call for `count` bytes and keeps the flag for room up to date. 0 means that there was none.
    func sent(of count: Int, _ operation: StaticString = "send", _ call: (Int32) -> Int) throws(SocketError) -> Int {
        guard isOpen else { throw SocketError(kind: .closed, operation: operation.description) }
        guard condition.contains(.writable) else { return 0 }
        while true {
            let result = call(descriptor)
            if result >= 0 {
                // The kernel takes all it has room for, and reports an edge when there is room again.
                if result < count { condition.remove(.writable) }
                sentCount &+= result
                return result
            }
            if result == -Int(EAGAIN) {
                condition.remove(.writable)
                return 0
            }
            if result != -Int(EINTR) { throw failed(Int32(-result), operation) }
        }
    }
}
