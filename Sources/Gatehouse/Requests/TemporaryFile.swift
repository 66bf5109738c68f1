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
    }

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
        let bytes = buffer.bytes()
        let (file, at) = (file, size)
        size += bytes.count
        try await BlockingPool.shared.run { () throws(SystemError) in
            let copy = ByteBuffer(capacity: bytes.count)
            copy.append(bytes)
            try file.write(copy, at: at)
        }
    }

    /// Appends up to `limit` bytes at `offset` to `buffer`.
    /// - Returns: how many; 0 when the file cannot be read.
    package func read(into buffer: ByteBuffer, at offset: Int, limit: Int) async -> Int {
        let file = file
        let bytes = await BlockingPool.shared.run { () -> [UInt8] in
            let copy = ByteBuffer(capacity: limit)
            // A file that cannot be read gives nothing, which the caller reports.
            _ = try? file.read(into: copy, count: limit, at: offset)
            return copy.bytes()
        }
        buffer.append(bytes)
        return bytes.count
    }

    package func keep() { isKept = true }
}
