/// Reads a response head (RFC 9112 §4–5) out of an input that may grow from call to call.
///
/// Stricter than nginx where an upstream could make two readers disagree: everything unclear is an error.
package struct ResponseHeadParser: Sendable {
    package struct Limits: Sendable {
        /// In bytes, of the whole head: `proxy_buffer_size`.
        package var totalBytes = 4096
        package var fieldCount = 1000

        package init() {}
    }

    package enum Result: Sendable, Equatable {
        case needMore
        /// The head is complete; the body starts behind this many bytes of the input.
        case complete(consumed: Int)
        case rejected(ResponseHeadError)
    }

    package var limits: Limits
    /// Where the present line starts in the input; zero while it is the status line.
    private var lineStart = 0
    private var searched = 0
    private var lines = FieldLineParser()

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Forgets a head that was begun.
    package mutating func reset() { self = ResponseHeadParser(limits: limits) }

    /// Reads on. After `needMore` the next input has to start with the same bytes; after `complete` a new head is expected.
    package mutating func parse(_ input: Span<UInt8>, into head: inout ResponseHead) -> Result {
        do throws(Stop) {
            if lineStart == 0 { try readStatusLine(input, into: &head) }
            try readFieldLines(input, into: &head)
            head.fields.bytes.append(copying: input.extracting(head.fields.bytes.count..<lineStart))
            try judge(&head)
        } catch {
            if case .needMore = error, input.count <= limits.totalBytes {
                head.fields.bytes.append(copying: input.extracting(head.fields.bytes.count..<lineStart))
                return .needMore
            }
            head.reset()
            reset()
            if case .reject(let reason) = error { return .rejected(reason) }
            return .rejected(.tooBig)
        }
        let consumed = lineStart
        reset()
        return .complete(consumed: consumed)
    }

    private enum Stop: Error {
        case needMore
        case reject(ResponseHeadError)
    }

    private mutating func readStatusLine(_ input: Span<UInt8>, into head: inout ResponseHead) throws(Stop) {
        head.reset()
        if searched > 0 && !FieldLineParser.hasLineFeed(input, from: searched) {
            searched = input.count
            throw .needMore
        }
        switch StatusLineParser.parse(input, into: &head) {
        case .line(let next): lineStart = next
        case .malformed: throw .reject(.statusLine)
        case .needMore:
            searched = input.count
            throw .needMore
        }
        if lineStart > limits.totalBytes { throw .reject(.tooBig) }
    }

    private mutating func readFieldLines(_ input: Span<UInt8>, into head: inout ResponseHead) throws(Stop) {
        while true {
            switch lines.next(input, from: lineStart, allowsUnderscores: true) {
            case .field(let name, let id, let value, let isPlain, let isLine, let next):
                if next > limits.totalBytes { throw .reject(.tooBig) }
                if !isPlain {
                    for i in name where !ByteClass.token.contains(input[i]) { throw .reject(.header) }
                }
                if head.fields.count >= limits.fieldCount { throw .reject(.tooManyLines) }
                head.fields.appendIndexed(name: name, value: value, id: id, isLine: isLine)
                lineStart = next
            case .end(let next):
                if next > limits.totalBytes { throw .reject(.tooBig) }
                lineStart = next
                return
            case .needMore: throw .needMore
            case .malformed: throw .reject(.header)
            }
        }
    }

    private func judge(_ head: inout ResponseHead) throws(Stop) {
        do throws(ResponseHeadError) { try head.judge() } catch { throw .reject(error) }
    }
}
