package import GatehouseWire

/// Buffers that wait for their next use. Confined to its loop's thread.
///
/// A connection borrows while bytes are in flight and gives back when it is idle, so that memory follows traffic and not connections.
/// Free lists are bounded: what does not fit is freed.
package final class BufferPool {
    private static let capacities = [4 << 10, 16 << 10, 64 << 10, 256 << 10]
    /// At most 1, 2, 4 and 4 MiB stay with a loop.
    private static let limits = [256, 128, 64, 16]

    @safe @exclusivity(unchecked) private var free: [[ByteBuffer]] = Array(repeating: [], count: 4)

    init() {}

    /// An empty buffer with room for at least `minimumCapacity` bytes.
    package func borrow(_ minimumCapacity: Int) -> ByteBuffer {
        for size in 0..<4 where minimumCapacity <= Self.capacities[size] {
            return free[size].popLast() ?? ByteBuffer(capacity: Self.capacities[size])
        }
        return ByteBuffer(capacity: minimumCapacity)
    }

    /// Takes a buffer back, whatever is in it. The caller must not use it any more.
    package func giveBack(_ buffer: ByteBuffer) {
        let capacity = buffer.capacity
        // A buffer that grew far beyond the largest size would only hold memory.
        guard capacity >= Self.capacities[0], capacity <= Self.capacities[3] * 2 else { return }
        var size = 3
        while Self.capacities[size] > capacity { size -= 1 }
        guard free[size].count < Self.limits[size] else { return }
        buffer.clear()
        free[size].append(buffer)
    }
}
