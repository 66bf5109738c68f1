import CGatehouse
package import GatehouseWire
import Glibc

/// An open file. Every call may block on the disk; where that matters, call it on the `BlockingPool`.
///
/// A class, because a file that is being sent may be shared by several requests. Closes itself with its last reference.
package final class File: Sendable {
    package enum Access: Sendable { case read, append, createNew, replace }

    let descriptor: Descriptor

    package init(adopting descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// Opens `path`; never waits for a fifo's other end. `permissions` are for a file that is created.
    package convenience init(path: String, for access: Access = .read, permissions: UInt32 = 0o644) throws(SystemError) {
        try self.init(path: Array(path.utf8), for: access, permissions: permissions)
    }

    /// The same for a path that need not be text.
    package convenience init(path: [UInt8], for access: Access = .read, permissions: UInt32 = 0o644) throws(SystemError) {
        let flags =
            switch access {
            case .read: O_RDONLY | O_NONBLOCK
            case .append: O_WRONLY | O_CREAT | O_APPEND
            case .createNew: O_RDWR | O_CREAT | O_EXCL
            case .replace: O_RDWR | O_CREAT | O_TRUNC
            }
        // The path lives for the call.
        let number = try SystemError.check(FileSystem.withPath(path) { unsafe gatehouse_open($0, flags, permissions) }, "open")
        self.init(adopting: Descriptor(adopting: number))
    }

    /// A file without a name in `directory`, gone when it is closed.
    package static func temporary(in directory: String) throws(SystemError) -> File {
        // The path lives for the call.
        let unnamed = unsafe gatehouse_open_temporary(directory)
        if unnamed >= 0 { return File(adopting: Descriptor(adopting: unnamed)) }
        guard [EOPNOTSUPP, EISDIR, EINVAL].contains(-unnamed) else { throw SystemError(code: -unnamed, operation: "open") }
        // A file system without O_TMPFILE.
        let path = "\(directory)/\(UInt64.random(in: 0 ... .max))"
        let file = try File(path: path, for: .createNew, permissions: 0o600)
        _ = unsafe unlink(path)
        return file
    }

    package func status() throws(SystemError) -> FileStatus {
        try FileStatus.of(descriptor)
    }

    /// Reads at most `count` bytes at `offset` into `buffer`. Returns their number, 0 at the end.
    package func read(into buffer: ByteBuffer, count: Int, at offset: Int) throws(SystemError) -> Int {
        // At most as many bytes are written as the buffer offers.
        let result = unsafe buffer.withWritable(minimum: count) { room in
            unsafe gatehouse_read_at(descriptor.number, room.baseAddress, min(count, room.count), Int64(offset))
        }
        if result < 0 { throw SystemError(code: Int32(-result), operation: "pread") }
        return result
    }

    /// Writes all of `buffer` at `offset` and consumes it.
    package func write(_ buffer: ByteBuffer, at offset: Int) throws(SystemError) {
        try write(contentOf: buffer, at: offset)
        buffer.consume(buffer.count)
    }

    /// The same with a buffer that stays as it is.
    package func write(contentOf buffer: ByteBuffer, at offset: Int) throws(SystemError) {
        var written = 0
        while written < buffer.count {
            // The system only reads, within what is readable, and only during the call.
            let result = unsafe buffer.withReadable {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: $0[written...])
                return unsafe gatehouse_write_at(descriptor.number, rest.baseAddress, rest.count, Int64(offset + written))
            }
            if result < 0 { throw SystemError(code: Int32(-result), operation: "pwrite") }
            written += result
        }
    }

    /// Reads a whole file. Throws `EFBIG` when it has more than `limit` bytes.
    package static func contents(of path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let file = try File(path: path)
        let status = try file.status()
        if status.kind == .directory { throw SystemError(code: EISDIR, operation: "read") }
        let buffer = ByteBuffer(capacity: min(status.size, limit) + 1)
        while try file.read(into: buffer, count: 64 << 10, at: buffer.count) > 0 {
            if buffer.count > limit { throw SystemError(code: EFBIG, operation: "read") }
        }
        return buffer.bytes()
    }

    /// Writes a whole file, replacing what was there.
    package static func write(_ bytes: [UInt8], to path: String, permissions: UInt32 = 0o644) throws(SystemError) {
        let file = try File(path: path, for: .replace, permissions: permissions)
        let buffer = ByteBuffer(capacity: bytes.count)
        buffer.append(bytes)
        try file.write(buffer, at: 0)
    }
}
