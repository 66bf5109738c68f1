import GatehouseRuntime
import GatehouseWire

/// A file that takes what is too large for memory; removed when the exchange lets go of it. All calls leave the loop.
package final class TemporaryFile {
    package let path: String
    private let file: File
    private var size = 0
    private var isKept = false

    private init(path: String, file: File) {
        self.path = path
        self.file = file
    }

    deinit {
        // Nothing can be done about a file that somebody else removed.
        if !isKept { try? FileSystem.remove(path) }
        // Its room on the disk is given back with the last descriptor, which takes long for much of it.
        if size > Self.large { _ = BlockingPool.shared.trySubmit { [file] in withExtendedLifetime(file) {} } }
    }

    private static let large = 1 << 20

    package static func create(in directory: String) async throws(SystemError) -> TemporaryFile {
        let number = UInt64.random(in: 0...UInt64.max)
        let digits = String(number)
        let path = "\(directory)/\(String(repeating: "0", count: 20 - digits.count))\(digits)"
        let file = try await BlockingPool.shared.run { () throws(SystemError) in
            try File(path: path, for: .createNew, permissions: 0o600)
        }
        return TemporaryFile(path: path, file: file)
    }

    /// Appends the bytes of `buffer`, which is not changed.
    package func append(_ buffer: ByteBuffer) async throws(SystemError) {
        let (file, at, lent) = (file, size, Lent(buffer))
        size += buffer.count
        try await BlockingPool.shared.run { () throws(SystemError) in try file.write(contentOf: lent.buffer, at: at) }
    }

    /// Appends up to `limit` bytes at `offset` to `buffer`.
    /// - Returns: how many; 0 when the file cannot be read.
    package func read(into buffer: ByteBuffer, at offset: Int, limit: Int) async -> Int {
        let (file, lent) = (file, Lent(buffer))
        // A file that cannot be read gives nothing, which the caller reports.
        return await BlockingPool.shared.run { (try? file.read(into: lent.buffer, count: limit, at: offset)) ?? 0 }
    }

    package func keep() { isKept = true }
}

/// A buffer that a thread of the pool works with.
///
/// `@unchecked Sendable`: the task it belongs to waits until that thread is done with it, and cannot be made to wait for less.
private struct Lent: @unchecked Sendable {
    let buffer: ByteBuffer
    init(_ buffer: ByteBuffer) { self.buffer = buffer }
}
