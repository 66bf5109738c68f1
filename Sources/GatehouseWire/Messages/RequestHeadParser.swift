/// Reads a request head (RFC 9112 §2–5) out of an input that may grow from call to call.
///
/// ```
/// blank lines ──► request line ──► field lines ──► complete
///                      └───────────────┴─────────► rejected
/// ```
/// Owns its place in the input, nothing else: the bytes of complete lines are copied into the head once. As nginx, it takes a
/// bare LF for a line end and several spaces between the parts of the request line; it refuses whatever two programs could
/// read differently.
package struct RequestHeadParser: Sendable {
    package struct Limits: Sendable {
        /// In bytes, of one line with its end: the size in `large_client_header_buffers`.
        package var lineLength = 8192
        /// In bytes, of the whole head: number times size in `large_client_header_buffers`.
        package var totalBytes = 32768
        /// `max_headers`.
        package var fieldCount = 1000
        /// `ignore_invalid_headers`: drop names with other bytes than letters, digits and hyphens. If off, tokens are kept and
        /// everything else is refused.
        package var ignoresInvalidNames = true
        /// `underscores_in_headers`.
        package var allowsUnderscores = false
        /// Whether something here opens tunnels; else CONNECT is refused, and never passed on as if it were a common method.
        package var allowsConnect = false

        package init() {}
    }

    package enum Result: Sendable, Equatable {
        case needMore
        /// The head is complete; the body starts behind this many bytes of the input.
        case complete(consumed: Int)
        /// The connection cannot be read further.
        case rejected(RequestHeadError)
    }

    private enum State {
        case blankLines
        case requestLine
        case fieldLines
    }

    package var limits: Limits
    private var state = State.blankLines
    /// Where the head and the present line start in the input.
    private var headStart = 0
    private var lineStart = 0
    /// How far the input was searched for the end of the request line.
    private var searched = 0
    private var lines = FieldLineParser()

    package init(limits: Limits = Limits()) { self.limits = limits }

    /// Forgets a head that was begun.
    package mutating func reset() { self = RequestHeadParser(limits: limits) }

    /// Reads on. After `needMore` the next input has to start with the same bytes; after `complete` a new head is expected.
    package mutating func parse(_ input: Span<UInt8>, into head: inout RequestHead) -> Result {
        do throws(LineStop) {
            if state == .blankLines { try skipBlankLines(input, into: &head) }
            if state == .requestLine { try readRequestLine(input, into: &head) }
            try readFieldLines(input, into: &head)
            keepLines(of: input, in: &head)
            try judge(&head)
        } catch {
            keepLines(of: input, in: &head)
            guard case .reject(let reason) = error else { return .needMore }
            keepBrokenRequestLine(of: input, in: &head)
            reset()
            return .rejected(reason)
        }
        let consumed = lineStart
        (state, headStart, lineStart, searched) = (.blankLines, 0, 0, 0)
        return .complete(consumed: consumed)
    }

    /// Line ends before a request are skipped, as many as a head may have bytes (RFC 9112 §2.2).
    private mutating func skipBlankLines(_ input: Span<UInt8>, into head: inout RequestHead) throws(LineStop) {
        while lineStart < input.count, input[lineStart] == 10 || input[lineStart] == 13 { lineStart &+= 1 }
        if lineStart > limits.totalBytes { throw .reject(.request) }
        guard lineStart < input.count else { throw .needMore }
        headStart = lineStart
        head.reset()
        state = .requestLine
    }

    private mutating func readRequestLine(_ input: Span<UInt8>, into head: inout RequestHead) throws(LineStop) {
        if searched > lineStart && !FieldLineParser.hasLineFeed(input, from: searched) {
            try waitForLine(input, orReject: .lineTooLong)
        }
        var line = RequestLineParser(start: lineStart)
        do throws(LineStop) {
            try line.parse(input, into: &head)
        } catch .needMore {
            try waitForLine(input, orReject: .lineTooLong)
        }
        if line.position - lineStart > limits.lineLength { throw .reject(.lineTooLong) }
        lineStart = line.position
        state = .fieldLines
    }

    /// Notes how far the input is known, or refuses a line that is too long already.
    private mutating func waitForLine(_ input: Span<UInt8>, orReject error: RequestHeadError) throws(LineStop) {
        if input.count - lineStart > limits.lineLength { throw .reject(error) }
        if input.count - headStart > limits.totalBytes { throw .reject(.tooLarge) }
        searched = input.count
        throw .needMore
    }

    private mutating func readFieldLines(_ input: Span<UInt8>, into head: inout RequestHead) throws(LineStop) {
        while true {
            switch lines.next(input, from: lineStart, allowsUnderscores: limits.allowsUnderscores) {
            case .field(let name, let id, let value, let isPlain, let isLine, let next):
                try checkLength(to: next)
                if isPlain || keepsUnusualName(input, name) {
                    try add(id, name: name, value: value, isLine: isLine, to: &head)
                } else if !limits.ignoresInvalidNames {
                    throw .reject(.headerLine)
                }
                lineStart = next
            case .end(let next):
                lineStart = next
                return
            case .needMore:
                try waitForLine(input, orReject: .headerLineTooLong)
            case .malformed:
                throw .reject(.headerLine)
            }
        }
    }

    @inline(__always) private func checkLength(to next: Int) throws(LineStop) {
        if next &- lineStart > limits.lineLength { throw .reject(.headerLineTooLong) }
        if next &- headStart > limits.totalBytes { throw .reject(.tooLarge) }
    }

    private func keepsUnusualName(_ input: Span<UInt8>, _ name: Range<Int>) -> Bool {
        guard !limits.ignoresInvalidNames else { return false }
        for i in name where !ByteClass.token.contains(input[i]) { return false }
        return true
    }

    @inline(__always) private func add(
        _ id: FieldName?, name: Range<Int>, value: Range<Int>, isLine: Bool, to head: inout RequestHead
    ) throws(LineStop) {
        if let id, id.isUniqueInRequests, head.fields.contains(id) {
            throw .reject(id == .host ? .duplicateHost : .duplicateLine)
        }
        if head.fields.count >= limits.fieldCount { throw .reject(.tooManyLines) }
        head.fields.appendIndexed(
            name: name.lowerBound &- headStart..<name.upperBound &- headStart,
            value: value.lowerBound &- headStart..<value.upperBound &- headStart, id: id, isLine: isLine)
    }

    private func judge(_ head: inout RequestHead) throws(LineStop) {
        do throws(RequestHeadError) { try head.judge(allowsConnect: limits.allowsConnect) } catch { throw .reject(error) }
    }

    /// Copies the lines that are complete since the last call; the fields' ranges point into the copy.
    private func keepLines(of input: Span<UInt8>, in head: inout RequestHead) {
        guard state != .blankLines else { return }
        head.fields.bytes.append(copying: input.extracting(headStart + head.fields.bytes.count..<lineStart))
    }

    /// Shows the log what came instead of a request line.
    private func keepBrokenRequestLine(of input: Span<UInt8>, in head: inout RequestHead) {
        guard state == .requestLine else { return }
        var end = headStart
        while end < input.count, end - headStart < limits.lineLength, input[end] != 10, input[end] != 13 { end += 1 }
        head.fields.bytes.append(copying: input.extracting(headStart..<end))
        head.requestLineRange = 0..<end - headStart
    }
}
