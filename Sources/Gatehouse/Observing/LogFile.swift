import GatehouseRuntime
import GatehouseWire
import Glibc
import Synchronization

/// One open log. Appending copies the line into memory and never waits for the disk; the `LogWriter` writes it.
///
/// What waits is bounded: a line that finds no room is dropped and counted. Any thread may append; lines stay whole and in order.
/// Until the writer's thread runs (in the parent process, in `-t`) an appended line is written at once.
package final class LogFile: Sendable {
    /// How the lines of an `access_log` wait.
    package struct Buffering: Sendable, Equatable {
        /// `buffer=`, in bytes: nothing is written before so much waits. Zero writes as soon as possible.
        package var size: Int
        /// `flush=`: the longest time a line waits.
        package var interval: Duration?

        package init(size: Int = 0, interval: Duration? = nil) {
            self.size = size
            self.interval = interval
        }

        package static var none: Buffering { Buffering() }
    }

    private struct Pending {
        var bytes: [UInt8] = []
        var dropped = 0
        /// When the oldest waiting byte came; only kept where a flush interval is set.
        var since: MonotonicInstant?
    }

    private struct Output {
        var descriptor: Int32
        /// Empty between rounds; keeps its storage so that rounds allocate nothing.
        var batch: [UInt8] = []
        /// After a failed write, lines are discarded until this moment.
        var pausedUntil: MonotonicInstant?
    }

    /// Absolute; `stderr` for the standard error stream.
    package let path: String
    package let buffering: Buffering
    /// The most bytes that may wait for the disk.
    let limit: Int
    /// Lines may be written by who appended them: nothing is to gather, and a write waits for no reader, as that to a pipe may.
    let allowsPromptWrites: Bool
    private let pending = Lock(Pending())
    private let output: Lock<Output>
    private let writer: LogWriter

    /// Takes over `descriptor` and closes it in `deinit`, unless it is the standard error stream.
    package init(path: String, descriptor: Int32, writer: LogWriter, buffering: Buffering = .none, limit: Int = 4 << 20) {
        self.path = path
        self.buffering = buffering
        self.limit = max(limit, buffering.size)
        self.writer = writer
        allowsPromptWrites = buffering == .none && LogSystem.isRegularFile(descriptor)
        output = Lock(Output(descriptor: descriptor))
        writer.register(self)
    }

    /// The standard error stream as a log.
    package static func standardError(writer: LogWriter) -> LogFile {
        LogFile(path: "stderr", descriptor: STDERR_FILENO, writer: writer)
    }

    deinit {
        write(isFinal: true)
        output.withLock { if $0.descriptor > STDERR_FILENO { close($0.descriptor) } }
    }

    /// Appends one line; the caller has put the line end into it.
    package func append(_ line: borrowing Span<UInt8>) {
        let size = line.count
        let mustSignal = pending.withLock { state -> Bool in
            guard begin(size, &state) else { return false }
            LogSystem.append(line, to: &state.bytes)
            return isDue(after: size, state)
        }
        if mustSignal { writer.signal(self) }
    }

    package func append(_ line: ByteBuffer) {
        append(line.readable)
    }

    package func append(_ line: [UInt8]) {
        append(line.span)
    }

    /// Makes room for a line, or counts it as dropped.
    private func begin(_ size: Int, _ state: inout Pending) -> Bool {
        guard state.bytes.count + size <= limit else {
            state.dropped += 1
            return false
        }
        if buffering.interval != nil && state.bytes.isEmpty { state.since = .now }
        return true
    }

    /// Whether the append that just added `size` bytes has to tell the writer.
    private func isDue(after size: Int, _ state: Pending) -> Bool {
        let count = state.bytes.count
        // The first line starts the flush interval, so the writer has to know of it as well.
        if buffering.interval != nil && count == size { return true }
        return count >= buffering.size && count - size < max(buffering.size, 1)
    }

    /// When the writer has to look again though nothing is appended; `nil` when nothing waits for a moment.
    func deadline() -> MonotonicInstant? {
        guard let interval = buffering.interval else { return nil }
        return pending.withLock { $0.since.map { $0 + interval } }
    }

    /// Writes what is due: all where nothing is buffered or `isFinal`, else what has reached the size or the interval. Blocks on the disk.
    /// - Returns: the number of lines dropped since the last call.
    @discardableResult
    func write(isFinal: Bool = false) -> Int {
        output.withLock { out in
            let dropped = takePending(into: &out.batch, isFinal: isFinal)
            defer { out.batch.removeAll(keepingCapacity: out.batch.capacity <= 1 << 20) }
            guard !out.batch.isEmpty, !isPaused(&out) else { return dropped }
            do {
                try LogSystem.write(out.batch, to: out.descriptor)
            } catch {
                // A full disk would make every line fail slowly, so logging rests for a second, as nginx does.
                out.pausedUntil = .now + .seconds(1)
            }
            return dropped
        }
    }

    private func takePending(into batch: inout [UInt8], isFinal: Bool) -> Int {
        pending.withLock { state in
            let dropped = state.dropped
            state.dropped = 0
            let isOld = state.since.map { since in buffering.interval.map { since + $0 <= .now } ?? false } ?? false
            if isFinal || isOld || state.bytes.count >= buffering.size {
                swap(&state.bytes, &batch)
                state.since = nil
            }
            return dropped
        }
    }

    private func isPaused(_ out: inout Output) -> Bool {
        guard let end = out.pausedUntil, end > .now else {
            out.pausedUntil = nil
            return false
        }
        return true
    }

    /// Puts a newly opened descriptor in the place of the old one, after what waits has gone to the old one.
    package func replaceDescriptor(with descriptor: Int32) {
        write(isFinal: true)
        output.withLock { out in
            if out.descriptor > STDERR_FILENO { close(out.descriptor) }
            out.descriptor = descriptor
        }
    }

    /// The open descriptor, for handing it to another process; the log goes on owning it.
    package var descriptor: Int32 { output.withLock { $0.descriptor } }
}
