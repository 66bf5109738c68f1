import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// Goes on reading an answer while its client takes nothing, so that a slow client does not hold the upstream (`proxy_buffering on`):
/// into memory, as much as `proxy_buffers` allow, and from there into a temporary file up to `proxy_max_temp_file_size`.
///
/// As long as the client keeps up nothing passes through here. Belongs to the task of its exchange.
final class ReadAhead: SendPause {
    struct Limits {
        /// In bytes.
        var memory: Int
        var file: Int
        var directory: String
    }

    private let body: UpstreamBody
    private let limits: Limits
    private let loop: EventLoop
    /// What was read last; everything in the file comes before it.
    private var memory: ByteBuffer?
    private var file: TemporaryFile?
    private var fileSize = 0
    private var fileOffset = 0
    /// What ended reading early; told when all that came before it was taken.
    private var failure: UpstreamFailure?
    /// A client that kept us waiting for so long in all is a slow one.
    private var patience: Duration = .milliseconds(20)
    /// Called once, when the upstream is no longer needed.
    private let whenEnded: () -> Void

    init(_ body: UpstreamBody, _ limits: Limits, loop: EventLoop, whenEnded: @escaping () -> Void) {
        self.body = body
        self.limits = limits
        self.loop = loop
        self.whenEnded = whenEnded
    }

    deinit { if let memory { loop.buffers.giveBack(memory) } }

    /// Nothing read ahead is left.
    var isEmpty: Bool { (memory?.isEmpty ?? true) && fileOffset == fileSize }

    /// Nothing was ever read ahead.
    var isUnused: Bool { memory == nil }

    /// Moves what was read ahead to `buffer`, about `limit` bytes.
    /// - Returns: how many; 0 when nothing is left.
    func take(into buffer: ByteBuffer, limit: Int) async throws(UpstreamFailure) -> Int {
        if fileOffset < fileSize, let file {
            let count = await file.read(into: buffer, at: fileOffset, limit: min(limit, fileSize - fileOffset))
            if count == 0 { throw UpstreamFailure(.error, "the temporary file cannot be read while sending to client") }
            fileOffset += count
            return count
        }
        if let memory, !memory.isEmpty {
            let count = min(memory.count, limit)
            buffer.append(memory, range: 0..<count)
            memory.consume(count)
            return count
        }
        if let failure { throw failure }
        return 0
    }

    // MARK: While the client takes nothing

    func waitForRoom(in client: Socket, deadline: MonotonicInstant) async throws(SocketError) {
        if try await waitPatiently(for: client, deadline: deadline) { return }
        while mayRead {
            if !body.connection.stream.hasBufferedInput {
                let ready = try await Socket.waitForAny(body.connection.stream.socket, .readable, client, .writable, deadline: deadline)
                if ready.b { return }
            }
            await read()
        }
        try await client.writable(deadline: deadline)
    }

    /// - Returns: whether the client takes more before our patience with it ends.
    private func waitPatiently(for client: Socket, deadline: MonotonicInstant) async throws(SocketError) -> Bool {
        if patience <= .zero { return false }
        let start = loop.now
        let end = start + patience
        do throws(SocketError) {
            try await client.writable(deadline: min(deadline, end))
            patience -= loop.now - start
            return true
        } catch {
            guard case .timedOut = error.kind, end < deadline else { throw error }
            patience = .zero
            return false
        }
    }

    private var mayRead: Bool {
        if body.isEnded || failure != nil { return false }
        return (memory?.count ?? 0) < limits.memory || fileSize < limits.file
    }

    private func read() async {
        let memory = memory ?? loop.buffers.borrow(limits.memory)
        self.memory = memory
        if memory.count >= limits.memory { await spill(memory) }
        do throws(UpstreamFailure) {
            _ = try body.readNow(into: memory, limit: max(limits.memory - memory.count, 1))
        } catch {
            failure = error
        }
        if body.isEnded || failure != nil { whenEnded() }
    }

    /// Moves memory to the temporary file. Suspends while it is written.
    private func spill(_ memory: ByteBuffer) async {
        do throws(SystemError) {
            if file == nil { file = try await TemporaryFile.create(in: limits.directory) }
            try await file?.append(memory)
            fileSize += memory.count
            memory.clear()
        } catch {
            failure = UpstreamFailure(.error, "\(error) while buffering an upstream response")
        }
    }
}
