/// Takes the chunked coding apart (RFC 9112 §7.1) as the bytes come.
///
/// ```
///    ┌──────────────────────────────────────────────┐
///    ▼                                              │
/// size line ──► data ──► CRLF behind the data ──────┘
///    └ size 0 ──► trailer section ──► end
/// ```
/// Every line ends with CRLF and nothing else, as in nginx; extensions are bounded and dropped; a size is one to
/// fifteen hexadecimal digits. Owns neither input nor output: data comes back as ranges of the input.
package struct ChunkedDecoder: Sendable {
    package enum Step: Equatable, Sendable {
        /// A piece of the body, as a range of the input. Call again with its upper bound as `offset`.
        case data(Range<Int>)
        /// All of the input up to `consumed` was used; what is left has to come again, with more behind it.
        case needMore(consumed: Int)
        /// The body is over; what follows at `consumed` belongs to the next message.
        case end(consumed: Int)
        /// The body cannot be read further: a reason for the log.
        case invalid(String)
    }

    private enum State: Equatable {
        // Followed by `sizeDigits`.
        case chunkStart
        // Followed by `sizeLineFeed`, or by `extensionBytes`.
        case sizeDigits
        // Followed by `sizeLineFeed`.
        case extensionBytes
        // Followed by `data`, or by `trailers` behind the last chunk.
        case sizeLineFeed
        // Followed by `dataReturn`.
        case data
        // Followed by `dataLineFeed`.
        case dataReturn
        // Followed by `chunkStart`.
        case dataLineFeed
        // Followed by `ended`.
        case trailers
        case ended
        case failed(String)
    }

    /// In bytes, of a size line with its extensions.
    private let lineLimit: Int
    /// In bytes, of the whole trailer section.
    private let trailerLimit: Int
    private var state = State.chunkStart
    /// What is left of the present chunk, in bytes.
    private var size = 0
    private var lineLength = 0
    private var trailerLength = 0
    private var lines = FieldLineParser()
    /// The fields behind the last chunk; complete at the end.
    package private(set) var trailers = HeaderFields()

    package init(lineLimit: Int = 1024, trailerLimit: Int = 8192) {
        self.lineLimit = lineLimit
        self.trailerLimit = trailerLimit
    }

    /// Whether the last chunk and the trailer section were read.
    package var isEnded: Bool { state == .ended }

    /// Reads on from `offset`. Call until the step is not `data`. The next input may start at the `consumed` of `needMore`, or be
    /// the same one, grown, and read on from there.
    package mutating func next(_ input: Span<UInt8>, from offset: Int) -> Step {
        var i = offset
        while true {
            switch state {
            case .ended: return .end(consumed: i)
            case .failed(let reason): return .invalid(reason)
            case .trailers: return readTrailers(input, from: i)
            case .data:
                guard i < input.count else { return .needMore(consumed: i) }
                let end = min(input.count, i + size)
                size -= end - i
                if size == 0 { state = .dataReturn }
                return .data(i..<end)
            default:
                guard i < input.count else { return .needMore(consumed: i) }
                take(input[i])
                i += 1
            }
        }
    }

    /// One byte of the framing around the data.
    @inline(__always) private mutating func take(_ byte: UInt8) {
        switch state {
        case .chunkStart:
            guard let digit = ByteClass.hexValue(byte) else { return fail("invalid chunk size") }
            (size, lineLength, state) = (Int(digit), 1, .sizeDigits)
        case .sizeDigits:
            takeSize(byte)
        case .extensionBytes:
            takeExtension(byte)
        case .sizeLineFeed:
            guard byte == 10 else { return fail("invalid end of chunk size line") }
            state = size == 0 ? .trailers : .data
        case .dataReturn:
            guard byte == 13 else { return fail("chunk data longer than its size") }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == 10 else { return fail("invalid end of chunk data") }
            state = .chunkStart
        case .data, .trailers, .ended, .failed:
            preconditionFailure("state \(state) takes no single bytes")
        }
    }

    private mutating func takeSize(_ byte: UInt8) {
        lineLength += 1
        if let digit = ByteClass.hexValue(byte) {
            guard size < 1 << 56, lineLength <= lineLimit else { return fail("too large chunk size") }
            size = size << 4 | Int(digit)
        } else {
            switch byte {
            case 13: state = .sizeLineFeed
            case UInt8(ascii: ";"), 32, 9: state = .extensionBytes
            default: fail("invalid chunk size")
            }
        }
    }

    private mutating func takeExtension(_ byte: UInt8) {
        lineLength += 1
        if lineLength > lineLimit { return fail("too long chunk extension") }
        if byte == 13 {
            state = .sizeLineFeed
        } else if !ByteClass.value.contains(byte) {
            fail("invalid chunk extension")
        }
    }

    private mutating func fail(_ reason: String) { state = .failed(reason) }

    private mutating func readTrailers(_ input: Span<UInt8>, from offset: Int) -> Step {
        var i = offset
        while true {
            switch lines.next(input, from: i, allowsUnderscores: false) {
            case .field(let name, _, let value, let isPlain, _, let next):
                trailerLength += next - i
                guard trailerLength <= trailerLimit, ChunkedDecoder.endsWithReturn(input, next) else { return failTrailers() }
                if isPlain { trailers.append(name: input.extracting(name), value: input.extracting(value)) }
                i = next
            case .end(let next):
                // The empty line counts too, so that the limit is the same wherever the input is cut.
                guard ChunkedDecoder.endsWithReturn(input, next), next - i == 2, trailerLength + 2 <= trailerLimit else {
                    return failTrailers()
                }
                state = .ended
                return .end(consumed: next)
            case .needMore:
                guard trailerLength + input.count - i <= trailerLimit else { return failTrailers() }
                lines.rebase(by: i)
                return .needMore(consumed: i)
            case .malformed:
                return failTrailers()
            }
        }
    }

    private static func endsWithReturn(_ input: Span<UInt8>, _ next: Int) -> Bool { next >= 2 && input[next - 2] == 13 }

    private mutating func failTrailers() -> Step {
        fail("invalid trailer section")
        return .invalid("invalid trailer section")
    }
}
