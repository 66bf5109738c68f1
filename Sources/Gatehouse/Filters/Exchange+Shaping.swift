import GatehouseRuntime
import GatehouseWire

/// The body on its way to the client where something has to happen to it: a range is cut from it, or its rate is limited.
extension Exchange {
    var isBodyShaped: Bool { response.cut != nil || isRateLimited }

    private var isRateLimited: Bool {
        limitRate != nil || location.settings.limitRate != nil || !location.settings.limits.bandwidths.isEmpty
    }

    func sendShapedHead(body: ByteBuffer?, isEnd: Bool) async throws(ClientError) {
        let isEnd = cut(body, isEnd: isEnd)
        if isEnd { addTrailers() }
        guard let body, let pace = AnswerPace(self), !pace.begins(body.count, self) else {
            response.pacedSince = context.loop.now
            return try await passHead(body, isEnd: isEnd)
        }
        try await passHead(nil, isEnd: false)
        try await send(body, at: pace, isEnd: isEnd)
    }

    func writeShaped(_ body: ByteBuffer, isEnd: Bool) async throws(ClientError) {
        if response.isComplete { return body.clear() }
        let isEnd = cut(body, isEnd: isEnd)
        if isEnd { addTrailers() }
        if isRateLimited, let pace = AnswerPace(self) { return try await send(body, at: pace, isEnd: isEnd) }
        if body.isEmpty && !isEnd { return }
        try await client.write(body, isEnd: isEnd, of: self)
    }

    /// Sends bytes of `file`, at the configured rate.
    func write(_ file: File, _ range: Range<Int>, isEnd: Bool) async throws(ClientError) {
        var at = range.lowerBound
        while at < range.upperBound {
            var count = range.upperBound - at
            if isRateLimited, let pace = AnswerPace(self) {
                try await pace.wait(self)
                count = min(count, pace.piece(afterSending: response.bodyBytesSent))
                pace.sent(count, self)
            }
            if isEnd && at + count == range.upperBound { addTrailers() }
            try await client.write(file: file, offset: at, count: count, isEnd: isEnd && at + count == range.upperBound, of: self)
            at += count
        }
    }

    /// Leaves in `body` what the cut keeps of it.
    /// - Returns: whether the answer's body ends with it.
    private func cut(_ body: ByteBuffer?, isEnd: Bool) -> Bool {
        guard response.cut != nil else { return isEnd }
        if let body, let kept = response.cut?.pass(body.count) {
            body.truncate(to: kept.upperBound)
            body.consume(kept.lowerBound)
        }
        return isEnd || response.cut?.isAtEnd == true
    }

    /// Sends `body` in pieces so small that the client sees an even flow.
    private func send(_ body: ByteBuffer, at pace: AnswerPace, isEnd: Bool) async throws(ClientError) {
        let piece = context.loop.buffers.borrow(4096)
        defer { context.loop.buffers.giveBack(piece) }
        while !body.isEmpty {
            try await pace.wait(self)
            let count = min(body.count, pace.piece(afterSending: response.bodyBytesSent))
            pace.sent(count, self)
            if count == body.count { break }
            piece.clear()
            piece.append(body, range: 0..<count)
            body.consume(count)
            try await client.write(piece, isEnd: false, of: self)
        }
        if !body.isEmpty || isEnd { try await client.write(body, isEnd: isEnd, of: self) }
    }
}
