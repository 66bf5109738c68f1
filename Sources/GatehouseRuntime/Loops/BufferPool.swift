package import GatehouseWire

/// Buffers that wait for their next use. Confined to its loop's thread.
///
/// A connection borrows while bytes are in flight and gives back when it is idle, so that memory follows traffic and not connections.
/// Free lists are bounded: what does not fit is freed.
package final class BufferPool {
    /// Free buffers of at least one capacity.
    private final class FreeList {
        let capacity: Int
        let limit: Int
        // `@exclusivity(unchecked)`: on one thread; checking each access at run time costs more than the access.
        @safe @exclusivity(unchecked) private var buffers: [ByteBuffer] = []

        init(capacity: Int, limit: Int) {
            self.capacity = capacity
            self.limit = limit
        }

        func take() -> ByteBuffer { buffers.popLast() ?? ByteBuffer(capacity: capacity) }

        func add(_ buffer: ByteBuffer) {
            if buffers.count < limit { buffers.append(buffer) }
        }
    }

    // At most 1, 2, 4 and 8 MiB stay with a loop.
    private let small = FreeList(capacity: 4 << 10, limit: 256)
    private let medium = FreeList(capacity: 16 << 10, limit: 128)
    private let large = FreeList(capacity: 64 << 10, limit: 64)
    private let huge = FreeList(capacity: 256 << 10, limit: 32)

    init() {}

    /// An empty buffer with room for at least `minimumCapacity` bytes.
    package func borrow(_ minimumCapacity: Int) -> ByteBuffer {
        if minimumCapacity <= small.capacity { return small.take() }
        if minimumCapacity <= medium.capacity { return medium.take() }
        if minimumCapacity <= large.capacity { return large.take() }
        if minimumCapacity <= huge.capacity { return huge.take() }
        return ByteBuffer(capacity: minimumCapacity)
    }

    /// Takes a buffer back, whatever is in it. The caller must not use it any more.
    package func giveBack(_ buffer: ByteBuffer) {
        buffer.clear()
        let capacity = buffer.capacity
        if capacity < small.capacity { return }
        if capacity < medium.capacity { return small.add(buffer) }
        if capacity < large.capacity { return medium.add(buffer) }
        if capacity < huge.capacity { return large.add(buffer) }
        // One that grew far beyond the largest size would only hold memory.
        if capacity <= huge.capacity * 2 { huge.add(buffer) }
    }
}
