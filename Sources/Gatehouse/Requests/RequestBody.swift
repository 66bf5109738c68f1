import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// What is known of the request body so far.
package struct RequestBody {
    /// The body was read to its end.
    package var isRead = false
    /// The whole body, once it was read and kept.
    package var stored: StoredBody?
    /// Payload bytes taken from the client.
    package var received = 0

    package init() {}
}

/// A request body kept in memory, or in a temporary file when it is larger than `client_body_buffer_size` and `client_body_memory` is
/// used up.
package final class StoredBody {
    /// Size of all pieces but the last, in bytes.
    private static let pieceSize = 256 * 1024

    private var pieces: [ByteBuffer] = []
    private var file: TemporaryFile?
    /// Size in bytes.
    package private(set) var count = 0
    private let context: LoopContext
    /// Bytes of the loop's `client_body_memory` that this body holds.
    private var budgeted = 0

    package init(context: LoopContext, expecting size: Int) {
        self.context = context
        pieces.append(context.loop.buffers.borrow(min(max(size, 1024), StoredBody.pieceSize)))
    }

    deinit { giveBackMemory() }

    private func giveBackMemory() {
        for piece in pieces { context.loop.buffers.giveBack(piece) }
        pieces.removeAll()
        context.giveBackBodyMemory(budgeted)
        budgeted = 0
    }

    /// Path of the temporary file, where there is one.
    package var path: String? { file?.path }

    /// Where the next bytes are to be received; `received` tells how many came.
    package func pieceToFill() -> ByteBuffer {
        if let last = pieces.last, last.writableCount > 0 { return last }
        let new = context.loop.buffers.borrow(StoredBody.pieceSize)
        pieces.append(new)
        return new
    }

    /// Bytes have been put into `pieceToFill`. Suspends while a file is written.
    package func received(_ bytes: Int) async throws(SystemError) {
        count += bytes
        if let file { try await write(to: file) }
    }

    /// Whether the body may stay in memory although it is larger than its own buffer.
    package func mayStayInMemory(of limit: Int) -> Bool {
        if file != nil { return true }
        let needed = count - budgeted
        guard context.takeBodyMemory(needed, of: limit) else { return false }
        budgeted += needed
        return true
    }

    /// Moves what is in memory to a temporary file; what follows goes there too.
    package func spill(into directory: String) async throws(SystemError) {
        guard file == nil else { return }
        let new = try await TemporaryFile.create(in: directory)
        file = new
        try await write(to: new)
    }

    private func write(to file: TemporaryFile) async throws(SystemError) {
        for piece in pieces where !piece.isEmpty {
            try await file.append(piece)
            piece.clear()
        }
        while pieces.count > 1 { context.loop.buffers.giveBack(pieces.removeLast()) }
        context.giveBackBodyMemory(budgeted)
        budgeted = 0
    }

    /// Appends up to `limit` bytes from `offset` to `buffer`.
    /// - Returns: how many.
    package func copy(from offset: Int, limit: Int, into buffer: ByteBuffer) async -> Int {
        let wanted = min(limit, count - offset)
        if wanted <= 0 { return 0 }
        if let file { return await file.read(into: buffer, at: offset, limit: wanted) }
        var start = 0
        for piece in pieces {
            if offset < start + piece.count {
                let from = offset - start
                let taken = min(wanted, piece.count - from)
                buffer.append(piece, range: from..<(from + taken))
                return taken
            }
            start += piece.count
        }
        return 0
    }

    /// The body as `$request_body` shows it: only what is in memory.
    package var bytesInMemory: [UInt8]? { file == nil ? pieces.flatMap { $0.bytes() } : nil }

    /// Leaves the temporary file in place when the request ends (`client_body_in_file_only on`).
    package func keepFile() { file?.keep() }
}
