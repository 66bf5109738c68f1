import GatehouseRuntime
import GatehouseWire

/// One direction of a tunnel: takes bytes from its source and hands them to its sink. Never waits.
///
/// Bytes come through a buffer, and as soon as they come in bulk through a pipe in the kernel, where neither side is encrypted. Either is
/// borrowed only while bytes are on their way. Small messages stay with the buffer: a pipe would save them nothing.
struct TunnelPath: ~Copyable {
    let source: ByteStream
    let sink: ByteStream
    /// `nil` where the bytes have to be seen.
    private let pipes: PipePool?
    private let buffers: BufferPool
    private var buffer: ByteBuffer?
    private var pipe: SplicePipe?
    private var isBulk = false
    private var size = TunnelPath.firstSize
    /// Bytes that were handed over, or are about to be.
    private(set) var moved = 0

    private static let firstSize = 16 * 1024
    private static let largestSize = 256 * 1024
    /// Fewer bytes than this in one call are no bulk.
    private static let leastSpliced = 8 * 1024

    /// - Parameter first: bytes that were received before, to be handed over first; the path's from then on.
    init(from source: ByteStream, to sink: ByteStream, first: ByteBuffer?, pipes: PipePool) {
        self.source = source
        self.sink = sink
        self.pipes = source.tls == nil && sink.tls == nil ? pipes : nil
        buffers = source.loop.buffers
        if let first, first.isEmpty { buffers.giveBack(first) }
        guard let first, !first.isEmpty else { return }
        buffer = first
        moved = first.count
    }

    deinit {
        if let buffer { buffers.giveBack(buffer) }
        if let pipe { pipes?.giveBack(pipe) }
    }

    /// Whether there are bytes that the sink has not taken.
    var isHolding: Bool { buffer != nil || pipe != nil }

    // MARK: Sending

    /// Hands over what the sink takes now.
    /// - Returns: whether it took any; `isHolding` tells whether it took all.
    mutating func send() throws(StreamError) -> Bool {
        let before = sink.socket.sentCount
        if let pipe {
            try sendPiped(pipe)
        } else if let buffer, try sink.sendNow(buffer) {
            buffers.giveBack(buffer)
            self.buffer = nil
        }
        return sink.socket.sentCount != before
    }

    private mutating func sendPiped(_ pipe: SplicePipe) throws(StreamError) {
        do throws(SocketError) {
            _ = try pipe.sendNow(to: sink.socket)
        } catch {
            throw .socket(error)
        }
        guard pipe.count == 0 else { return }
        pipes?.giveBack(pipe)
        self.pipe = nil
    }

    // MARK: Receiving

    /// Takes what the source has, at most `limit` bytes. Only while nothing is held.
    /// - Returns: how many bytes, 0 at the end, `nil` when there are none now.
    mutating func receive(limit: Int) throws(StreamError) -> Int? {
        let count: Int?
        if isBulk, let pipe = pipes?.borrow() {
            count = try splice(through: pipe, limit: limit)
        } else {
            count = try copy(limit: limit)
        }
        moved += count ?? 0
        return count
    }

    private mutating func splice(through pipe: SplicePipe, limit: Int) throws(StreamError) -> Int? {
        defer { if pipe.count == 0 { pipes?.giveBack(pipe) } }
        do throws(SocketError) {
            switch try pipe.receiveNow(from: source.socket, limit: min(limit, PipePool.capacity)) {
            case .wouldBlock: return nil
            case .end: return 0
            case .bytes(let count):
                self.pipe = pipe
                isBulk = count >= TunnelPath.leastSpliced
                size = TunnelPath.firstSize
                return count
            }
        } catch {
            throw .socket(error)
        }
    }

    private mutating func copy(limit: Int) throws(StreamError) -> Int? {
        let buffer = buffers.borrow(size)
        defer { if buffer.isEmpty { buffers.giveBack(buffer) } }
        let room = min(limit, size)
        guard let count = try source.receiveNow(into: buffer, limit: room) else { return nil }
        if count > 0 { self.buffer = buffer }
        if count == room {
            isBulk = pipes != nil && room >= TunnelPath.leastSpliced
            size = min(size * 4, TunnelPath.largestSize)
        } else if count < size / 4 {
            size = TunnelPath.firstSize
        }
        return count
    }
}
