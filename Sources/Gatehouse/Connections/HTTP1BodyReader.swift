import GatehouseWire

/// Takes the body of one HTTP/1 request out of the connection's bytes: knows the framing, not the socket.
package struct HTTP1BodyReader {
    private enum State {
        /// Everything was taken.
        case ended
        /// So many payload bytes are still to come. → ended
        case fixed(Int)
        /// → ended, broken
        case chunked(ChunkedDecoder)
        /// The framing is lost: nothing more can be read, nor another request.
        case broken
    }
    private var state: State = .ended
    /// The client waits for `100 Continue` before it sends its body (RFC 9110 §10.1.1).
    package private(set) var owesContinue = false

    package init() {}

    /// - Parameter expectsContinue: whether an HTTP/1.1 client said so.
    package mutating func begin(isChunked: Bool, contentLength: Int?, expectsContinue: Bool) {
        if isChunked {
            state = .chunked(ChunkedDecoder())
        } else if let length = contentLength, length > 0 {
            state = .fixed(length)
        } else {
            state = .ended
        }
        owesContinue = expectsContinue && (isChunked || contentLength != nil)
    }

    package mutating func beginUnreadable() {
        state = .broken
        owesContinue = false
    }

    package var isAtEnd: Bool {
        if case .ended = state { return true }
        return false
    }

    package var isBroken: Bool {
        if case .broken = state { return true }
        return false
    }

    package mutating func continueSent() { owesContinue = false }

    /// The body bytes still to come, where the client said how many.
    package var remaining: Int? {
        switch state {
        case .ended: 0
        case .fixed(let count): count
        case .chunked, .broken: nil
        }
    }

    /// Payload that was received straight into the reader's buffer, past the connection's.
    package mutating func received(_ count: Int) {
        guard case .fixed(let left) = state else { return }
        state = left > count ? .fixed(left - count) : .ended
    }

    package enum Step: Equatable {
        /// Payload was moved.
        case moved(Int)
        case needsMore
        case end
        case invalid(String)
    }

    /// Moves payload from `input` to `output`, at most `limit` bytes.
    package mutating func take(from input: ByteBuffer, into output: ByteBuffer, limit: Int) -> Step {
        switch state {
        case .ended: return .end
        case .broken: return .invalid("client sent a body that cannot be read")
        case .fixed(let left):
            if input.isEmpty { return .needsMore }
            let count = min(left, input.count, limit)
            output.append(input, range: 0..<count)
            input.consume(count)
            received(count)
            return .moved(count)
        case .chunked(var decoder):
            state = .broken  // so that the decoder is not copied
            let step = HTTP1BodyReader.decode(&decoder, from: input, into: output, limit: limit)
            switch step {
            case .moved, .needsMore: state = decoder.isEnded ? .ended : .chunked(decoder)
            case .end: state = .ended
            case .invalid: break
            }
            return step
        }
    }

    private static func decode(_ decoder: inout ChunkedDecoder, from input: ByteBuffer, into output: ByteBuffer, limit: Int) -> Step {
        var moved = 0
        var offset = 0
        defer { input.consume(offset) }
        while moved < limit && offset < input.count {
            switch decoder.next(input.readable, from: offset) {
            case .data(let range):
                output.append(input, range: range)
                moved += range.count
                offset = range.upperBound
            case .needMore(let consumed):
                offset = consumed
                return moved > 0 ? .moved(moved) : .needsMore
            case .end(let consumed):
                offset = consumed
                return moved > 0 ? .moved(moved) : .end  // behind payload, the end is told next time
            case .invalid(let reason):
                return .invalid("client sent invalid chunked body: \(reason)")
            }
        }
        return moved > 0 ? .moved(moved) : .needsMore
    }
}
