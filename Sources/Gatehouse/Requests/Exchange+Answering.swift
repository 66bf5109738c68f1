import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// How handlers send an answer. Body filters find their place here: between what a handler writes and what the client's stream takes.
extension Exchange {
    /// Sends the head of `response` with the first payload bytes; `body` is consumed.
    package func sendHead(body: ByteBuffer?, isEnd: Bool) async throws(ClientError) {
        if response.isStarted { return }
        if isBodyShaped { return try await sendShapedHead(body: body, isEnd: isEnd) }
        if isEnd { addTrailers() }
        try await passHead(body, isEnd: isEnd)
    }

    /// Hands head and payload to the client's stream as they are.
    func passHead(_ body: ByteBuffer?, isEnd: Bool) async throws(ClientError) {
        if try !client.sendHead(of: self, body: body, isEnd: isEnd) { try await client.finishSending(body, isEnd: isEnd, of: self) }
    }

    /// Sends payload; consumed. Suspends until the client's side took it.
    package func write(_ body: ByteBuffer, isEnd: Bool) async throws(ClientError) {
        if isBodyShaped { return try await writeShaped(body, isEnd: isEnd) }
        if isEnd { addTrailers() }
        try await client.write(body, isEnd: isEnd, of: self)
    }

    /// Ends a body whose end was not told with its last bytes.
    package func finishBody() async throws(ClientError) {
        // A range that was cut from the body has ended before.
        if response.isComplete { return }
        addTrailers()
        try await client.finish(self)
    }

    /// To be called before the last bytes of a body go out.
    func addTrailers() {
        if response.expectsTrailers { AddedFields.applyTrailers(to: self) }
    }

    /// Sends a whole small answer: head, and `text` as its body.
    package func answer(status: Int, contentType: [UInt8], text: [UInt8]) async -> Disposition {
        response.status = status
        response.contentType = contentType
        response.contentLength = text.count
        response.hasNoBody = false
        let body = context.loop.buffers.borrow(text.count)
        defer { context.loop.buffers.giveBack(body) }
        body.append(text)
        return await sendWhole(body)
    }

    /// Sends head and `body` in one go, with the configured fields added.
    package func sendWhole(_ body: ByteBuffer?) async -> Disposition {
        if let refused = HeadFilters.apply(to: self) { return refused }
        do throws(ClientError) {
            try await sendHead(body: body, isEnd: true)
        } catch {
            generation.log(.info, error.reason, self)
            response.closesConnection = true
        }
        return .done
    }
}
