import GatehouseRuntime
import GatehouseWire

/// The body of an upstream's answer: takes the framing off what the connection receives, and knows the end. Waits for nothing.
final class UpstreamBody {
    private enum Framing {
        /// So many payload bytes are still to come.
        case fixed(Int)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    let connection: UpstreamConnection
    private var framing: Framing
    /// Received and not yet taken.
    private let input: ByteBuffer
    /// All payload was taken.
    private(set) var isEnded = false
    /// It ended where it said it would, and nothing came behind it: the connection may carry another exchange.
    private(set) var isClean = false
    private(set) var trailers = HeaderFields()

    /// `nil` for an answer without a body.
    init?(_ length: BodyLength, on connection: UpstreamConnection) {
        switch length {
        case .none: return nil
        case .fixed(let count): framing = .fixed(count)
        case .chunked: framing = .chunked(ChunkedDecoder())
        case .untilClose: framing = .untilClose
        }
        self.connection = connection
        input = connection.takeInput(16 * 1024)
    }

    /// A buffer that suits `readNow`, in bytes.
    var bufferSize: Int {
        switch framing {
        case .fixed(let left): min(left + 64, BodyBufferSize.largest)
        case .chunked: 64 * 1024
        case .untilClose: 64 * 1024
        }
    }

    /// The payload bytes still to come, where nothing else is between them; 0 where framing is.
    var plainCount: Int {
        guard case .fixed(let left) = framing, input.isEmpty, !isEnded else { return 0 }
        return left
    }

    /// Payload was moved past this body: at most `plainCount` bytes.
    func passedBy(_ count: Int) {
        guard case .fixed(let left) = framing else { return }
        framing = .fixed(left - count)
        if count == left { end(isClean: true) }
    }

    /// Appends payload that is there to `buffer`: about `limit` bytes, more where small chunks were received together.
    /// - Returns: how many; 0 at the end, `nil` when nothing is there.
    func readNow(into buffer: ByteBuffer, limit: Int) throws(UpstreamFailure) -> Int? {
        if isEnded { return 0 }
        switch framing {
        case .fixed(let left): return try readFixed(left, into: buffer, limit: limit)
        case .chunked: return try readChunked(into: buffer, limit: limit)
        case .untilClose: return try readUntilClose(into: buffer, limit: limit)
        }
    }

    private func end(isClean: Bool) {
        isEnded = true
        self.isClean = isClean && input.isEmpty
    }

    private func readFixed(_ left: Int, into buffer: ByteBuffer, limit: Int) throws(UpstreamFailure) -> Int? {
        var count = takeInput(into: buffer, limit: min(left, limit))
        if count == 0 {
            // No framing inside: bytes go straight to where they are wanted.
            guard let received = try receiveNow(into: buffer, limit: min(left, limit)) else { return nil }
            if received == 0 { throw UpstreamBody.brokenOff }
            count = received
        }
        framing = .fixed(left - count)
        if count == left { end(isClean: true) }
        return count
    }

    private func readUntilClose(into buffer: ByteBuffer, limit: Int) throws(UpstreamFailure) -> Int? {
        let count = takeInput(into: buffer, limit: limit)
        if count > 0 { return count }
        guard let received = try receiveNow(into: buffer, limit: limit) else { return nil }
        if received == 0 { end(isClean: false) }
        return received
    }

    private func takeInput(into buffer: ByteBuffer, limit: Int) -> Int {
        let count = min(input.count, limit)
        if count > 0 {
            buffer.append(input, range: 0..<count)
            input.consume(count)
        }
        return count
    }

    private func readChunked(into buffer: ByteBuffer, limit: Int) throws(UpstreamFailure) -> Int? {
        while true {
            let count = try decode(into: buffer)
            if count > 0 || isEnded { return count }
            guard let received = try receiveNow(into: input, limit: min(limit, 64 * 1024)) else { return nil }
            if received == 0 { throw UpstreamBody.brokenOff }
        }
    }

    /// Moves payload from `input` to `buffer`.
    private func decode(into buffer: ByteBuffer) throws(UpstreamFailure) -> Int {
        guard case .chunked(var decoder) = framing else { return 0 }
        framing = .untilClose  // so that the decoder is not copied
        let input = input
        var offset = 0
        var moved = 0
        defer { framing = .chunked(decoder) }
        while true {
            switch decoder.next(input.readable, from: offset) {
            case .data(let range):
                buffer.append(input, range: range)
                moved += range.count
                offset = range.upperBound
            case .needMore(let consumed):
                input.consume(consumed)
                return moved
            case .end(let consumed):
                input.consume(consumed)
                trailers = decoder.trailers
                end(isClean: true)
                return moved
            case .invalid:
                throw UpstreamFailure(.invalidHeader, "upstream sent invalid chunked response while reading upstream")
            }
        }
    }

    private func receiveNow(into buffer: ByteBuffer, limit: Int) throws(UpstreamFailure) -> Int? {
        do throws(StreamError) {
            return try connection.stream.receiveNow(into: buffer, limit: limit)
        } catch {
            throw UpstreamFailure(error, while: "reading upstream")
        }
    }

    static var brokenOff: UpstreamFailure {
        UpstreamFailure(.error, "upstream prematurely closed connection while reading upstream")
    }
}

/// How large the buffer of a body in flight may grow, in bytes.
enum BodyBufferSize {
    /// Of what is received with the head. Its buffer is as large as the largest, so that what follows fits behind it.
    static let first = 128 * 1024
    /// A body up to this size is passed on from the head's buffer even where it comes in pieces.
    static let short = 64 * 1024
    static let largest = 256 * 1024
}
