import CGatehouse
package import GatehouseWire
import Glibc

/// A log file: lines from every loop, written by one thread of the process.
///
/// `append` copies into memory under a lock. The writer wakes for the first line at once and then collects for up to 10 ms, so a busy
/// server pays one system call for many lines, and an idle one no wake-up at all. What waits is bounded: above `pendingLimit`
/// bytes lines are dropped and counted, so a full disk cannot take the memory too.
package final class AppendFile: Sendable {
    package let path: String
    private let pendingLimit: Int

    private struct State {
        var file: File
        var pending: [UInt8] = []
        var isScheduled = false
        var droppedBytes = 0
        var lastError: SystemError?
    }
    private let state: Lock<State>
    /// The bytes on their way to the disk. Held while they are written, so that two writers keep their order.
    private let output = Lock([UInt8]())

    /// Opens or creates the file. `pendingLimit` is in bytes.
    package convenience init(path: String, permissions: UInt32 = 0o644, pendingLimit: Int = 8 << 20) throws(SystemError) {
        self.init(file: try File(path: path, for: .append, permissions: permissions), path: path, pendingLimit: pendingLimit)
    }

    /// Writes to a file that is open already, such as standard error.
    package init(file: File, path: String, pendingLimit: Int = 8 << 20) {
        self.path = path
        self.pendingLimit = pendingLimit
        state = Lock(State(file: file))
    }

    /// How many bytes were dropped because the disk did not keep up, or refused them.
    package var droppedBytes: Int { state.withLock { $0.droppedBytes } }

    /// Why the last write failed; nil after one that did not.
    package var lastError: SystemError? { state.withLock { $0.lastError } }

    /// Adds the bytes of `buffer`, whole lines with their ends. Does not consume them and never blocks on the disk.
    package func append(_ buffer: ByteBuffer) {
        // Copied before the call returns.
        unsafe buffer.withReadable { bytes in unsafe add(bytes) }
    }

    package func append(_ bytes: [UInt8]) {
        // Copied before the call returns.
        unsafe bytes.withUnsafeBytes { unsafe add($0) }
    }

    private func add(_ bytes: UnsafeRawBufferPointer) {
        let mustSchedule = state.withLock { state in
            guard state.pending.count + bytes.count <= pendingLimit else {
                state.droppedBytes += bytes.count
                return false
            }
            unsafe state.pending.append(contentsOf: bytes)
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { AppendWriter.shared.schedule(self) }
    }

    /// Writes what is pending, on the calling thread: before the process ends, or where a line has to be on disk.
    package func flush() {
        output.withLock { bytes in
            let file = state.withLock { state in
                swap(&state.pending, &bytes)
                state.isScheduled = false
                return state.file
            }
            if bytes.isEmpty { return }
            let error = Self.write(bytes, to: file)
            state.withLock { state in
                state.lastError = error
                if error != nil { state.droppedBytes += bytes.count }
            }
            // The storage is used again unless a burst made it large.
            bytes.removeAll(keepingCapacity: bytes.capacity <= 256 << 10)
        }
    }

    /// Opens the path anew, after the old file was moved away (USR1). On an error the old file stays in use.
    package func reopen(permissions: UInt32 = 0o644) throws(SystemError) {
        let new = try File(path: path, for: .append, permissions: permissions)
        flush()
        state.withLock { $0.file = new }
    }

    private static func write(_ bytes: [UInt8], to file: File) -> SystemError? {
        var written = 0
        while written < bytes.count {
            // In bounds: `written` is below the count.
            let result = unsafe bytes.withUnsafeBytes { all in
                unsafe gatehouse_write(file.descriptor.number, all.baseAddress! + written, all.count - written)
            }
            if result < 0 && result != -Int(EINTR) { return SystemError(code: Int32(-result), operation: "write") }
            written += max(0, result)
        }
        return nil
    }
}
