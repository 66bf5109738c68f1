/// A growable queue of bytes: read at the front, written at the back.
///
/// Owns its storage and reuses it; `clear` and `consume` never give memory back. Confined to one task, so it is no `Sendable`.
/// This is the one type of the target that handles pointers: everything above it sees spans, arrays and offsets.
/// Offsets are counted from the first unread byte.
@safe
public final class ByteBuffer {
    /// Nil exactly while `size` is zero.
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) @usableFromInline var base: UnsafeMutablePointer<UInt8>?
    @safe @exclusivity(unchecked) @usableFromInline var reader = 0
    @safe @exclusivity(unchecked) @usableFromInline var writer = 0
    @safe @exclusivity(unchecked) @usableFromInline var size: Int

    package init(capacity: Int = 0) {
        size = capacity
        // Freed in `deinit` or when the storage is replaced; nothing else keeps the pointer.
        base = capacity > 0 ? .allocate(capacity: capacity) : nil
    }

    deinit {
        unsafe base?.deallocate()
    }

    /// The number of bytes written and not yet consumed.
    @inlinable package var count: Int { writer &- reader }

    @inlinable package var isEmpty: Bool { writer == reader }

    /// The size of the storage, in bytes.
    // Computed: the attribute of a stored property is lost on whoever reads it from another module.
    @inlinable package var capacity: Int { size }

    /// The number of bytes that fit at the back without moving or growing anything.
    @inlinable package var writableCount: Int { capacity &- writer }

    /// The unread bytes.
    @inlinable package var readable: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            // `reader ..< writer` lies in the storage and was written; the span cannot outlive the borrow of `self`.
            let start = unsafe base.map { unsafe UnsafePointer($0 + reader) }
            let bytes = unsafe UnsafeBufferPointer(start: start, count: writer &- reader)
            return unsafe _overrideLifetime(Span(_unsafeElements: bytes), borrowing: self)
        }
    }

    /// The unread byte at `offset`, which has to be below `count`.
    @inlinable package subscript(_ offset: Int) -> UInt8 {
        precondition(offset >= 0 && offset < count, "offset outside of the unread bytes")
        // Checked just above.
        return unsafe base.unsafelyUnwrapped[reader &+ offset]
    }

    /// Drops `n` bytes from the front. `n` has to be at most `count`.
    @inlinable package func consume(_ n: Int) {
        precondition(n >= 0 && n <= count, "consuming more than there is")
        reader &+= n
        if reader == writer {
            reader = 0
            writer = 0
        }
    }

    /// Drops all bytes and keeps the storage.
    @inlinable package func clear() {
        reader = 0
        writer = 0
    }

    /// Drops bytes from the back until `count` are left.
    @inlinable package func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count, "truncating to more than there is")
        writer = reader &+ count
    }

    /// Replaces the unread byte at `offset`.
    @inlinable package func overwrite(at offset: Int, with byte: UInt8) {
        precondition(offset >= 0 && offset < count, "offset outside of the unread bytes")
        // Checked just above.
        unsafe base.unsafelyUnwrapped[reader &+ offset] = byte
    }

    /// Makes room for `additional` bytes at the back: moves the unread bytes to the front where that is enough, else grows
    /// at least twofold.
    @inlinable package func reserve(_ additional: Int) {
        if writableCount < additional { makeRoom(for: additional) }
    }

    @usableFromInline func makeRoom(for additional: Int) {
        let kept = count
        if capacity &- kept >= additional && reader >= kept {
            if kept > 0 {
                // Both ranges lie in the storage, and do not overlap because `reader >= kept`.
                unsafe base.unsafelyUnwrapped.update(from: base.unsafelyUnwrapped + reader, count: kept)
            }
        } else {
            replaceStorage(capacity: max(kept + additional, capacity * 2, 64))
        }
        reader = 0
        writer = kept
    }

    /// Moves the unread bytes to the start of a new storage.
    private func replaceStorage(capacity newCapacity: Int) {
        // The old storage is freed here, and no pointer to it is kept anywhere.
        let new = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
        if let base = base {
            unsafe new.update(from: base + reader, count: count)
            unsafe base.deallocate()
        }
        unsafe base = new
        size = newCapacity
    }

    /// Appends `source`, which must not be a part of this buffer's own storage.
    @inlinable package func append(copying source: UnsafeRawBufferPointer) {
        guard let from = source.baseAddress, source.count > 0 else { return }
        reserve(source.count)
        // `reserve` made the room; the caller keeps `source` alive for the call.
        unsafe UnsafeMutableRawPointer(base.unsafelyUnwrapped + writer).copyMemory(from: from, byteCount: source.count)
        writer &+= source.count
    }

    @inlinable package func append(_ byte: UInt8) {
        reserve(1)
        // `reserve` made the room.
        unsafe base.unsafelyUnwrapped[writer] = byte
        writer &+= 1
    }

    /// Lets `body` write into at least `minimum` bytes at the back and commits as many as it returns.
    /// A negative number commits nothing and is returned as it is. The pointer must not leave `body`.
    @unsafe @inlinable package func withWritable<E: Error>(
        minimum: Int, _ body: (UnsafeMutableRawBufferPointer) throws(E) -> Int
    ) throws(E) -> Int {
        reserve(max(minimum, 1))
        // The region behind `writer` belongs to the storage and holds no unread byte.
        let region = unsafe UnsafeMutableRawBufferPointer(start: base.unsafelyUnwrapped + writer, count: writableCount)
        let written = unsafe try body(region)
        if written > 0 {
            precondition(written <= writableCount, "committing more than was offered")
            writer &+= written
        }
        return written
    }

    /// Lets `body` read the unread bytes. The pointer must not leave `body`.
    @unsafe @inlinable package func withReadable<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        let start = unsafe base.map { unsafe UnsafeRawPointer($0 + reader) }
        return unsafe try body(UnsafeRawBufferPointer(start: start, count: count))
    }
}
