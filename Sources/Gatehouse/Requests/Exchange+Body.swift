import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

extension Exchange {
    /// A body comes, or is announced by `Expect: 100-continue`.
    package var announcesBody: Bool { hasRequestBody || head.expectsContinue }

    package var hasRequestBody: Bool { head.isChunked || (head.contentLength ?? 0) > 0 }

    /// Reads the whole body and keeps it.
    /// - Returns: an answer when the body cannot be had: 413, 400, 408, or the end of the connection.
    package func readBody() async -> Disposition? {
        if body.isRead { return nil }
        let location = location
        let stored = body.stored ?? StoredBody(context: context, expecting: head.contentLength ?? 4096)
        do {
            if location.settings.clientBodyInFileOnly != .off {
                try await stored.spill(into: temporaryDirectory(location.settings.clientBodyTempPath))
            }
            while try await readIntoStore(stored) > 0 {}
        } catch let error as ClientError {
            generation.log(.info, error.reason, self)
            return disposition(of: error)
        } catch {
            generation.log(.crit, "\(error) while buffering client request body", self)
            return .status(500)
        }
        if location.settings.clientBodyInFileOnly == .on { stored.keepFile() }
        body.isRead = true
        body.stored = stored
        return nil
    }

    /// Reads some payload into `stored`, and moves it to a file when it may not stay in memory.
    private func readIntoStore(_ stored: StoredBody) async throws -> Int {
        let piece = stored.pieceToFill()
        let deadline = context.loop.now + location.settings.clientBodyTimeout
        let count = try await readBodyPiece(into: piece, limit: piece.writableCount, deadline: deadline)
        try await stored.received(count)
        if stored.count > location.settings.clientBodyBufferSize {
            let memory = generation.http.showsRequestBody ? 0 : location.settings.clientBodyMemory
            if !stored.mayStayInMemory(of: memory) {
                try await stored.spill(into: temporaryDirectory(location.settings.clientBodyTempPath))
            }
        }
        return count
    }

    /// Keeps what was received of the body together with its head, up to `client_body_buffer_size`, and waits for nothing: for a body that
    /// is passed on as it comes (`proxy_request_buffering off`). What is kept can be sent to another upstream again.
    /// - Returns: an answer when the body cannot be had: 413 or 400.
    package func readReceivedBody() async -> Disposition? {
        if let refused = await admitBody() { return refused }
        guard body.stored == nil, client.hasBodyBytesReady else { return nil }
        let limit = location.settings.clientBodyBufferSize
        let stored = StoredBody(context: context, expecting: min(head.contentLength ?? 4096, limit))
        do {
            while stored.count < limit {
                let piece = stored.pieceToFill()
                guard let count = try takeReceivedPiece(into: piece, limit: min(limit - stored.count, piece.writableCount)) else {
                    break
                }
                body.isRead = count == 0
                if body.isRead { break }
                try await stored.received(count)
            }
        } catch let error as ClientError {
            generation.log(.info, error.reason, self)
            return disposition(of: error)
        } catch {
            return .status(500)  // only files fail otherwise, and this body is in memory
        }
        if stored.count > 0 { body.stored = stored }
        return nil
    }

    /// Lets a client that waits for `100 Continue` send its body.
    private func admitBody() async -> Disposition? {
        do throws(ClientError) {
            try await client.admitBody()
        } catch {
            generation.log(.info, error.reason, self)
            return disposition(of: error)
        }
        return nil
    }

    /// The answer needs no body: sends the `100 Continue` that the client may wait for, and looks at what has come of the body already.
    /// - Returns: 400 where that is malformed.
    package func dismissBody() async -> Disposition? {
        guard hasRequestBody || head.expectsContinue, !body.isRead else { return nil }
        do throws(ClientError) {
            try await client.dismissBody()
        } catch {
            generation.log(.info, error.reason, self)
            return disposition(of: error)
        }
        return nil
    }

    /// Reads some payload, and holds `client_max_body_size` against all that came.
    package func readBodyPiece(into buffer: ByteBuffer, limit: Int, deadline: MonotonicInstant) async throws(ClientError) -> Int {
        let count = try await client.readBody(into: buffer, limit: limit, deadline: deadline)
        try countBody(count)
        return count
    }

    /// The same for payload that was received already.
    /// - Returns: how much; 0 at the end of the body, `nil` when nothing is there.
    package func takeReceivedPiece(into buffer: ByteBuffer, limit: Int) throws(ClientError) -> Int? {
        guard let count = try client.takeReceivedBody(into: buffer, limit: limit) else { return nil }
        try countBody(count)
        return count
    }

    private func countBody(_ count: Int) throws(ClientError) {
        body.received += count
        let most = location.settings.clientMaxBodySize
        if most > 0 && body.received > most {
            throw ClientError(.bodyTooLarge, "client intended to send too large chunked body: \(body.received) bytes")
        }
    }

    private func temporaryDirectory(_ path: String) -> String {
        path.hasPrefix("/") ? path : generation.facts.prefix + path
    }

    /// What a failure of the client's side means for the request.
    package func disposition(of error: ClientError) -> Disposition {
        response.closesConnection = true
        switch error.kind {
        case .gone, .cancelled:
            if !response.isStarted { response.status = 499 }
            return .done
        case .timedOut:
            if response.isStarted { return .done }
            response.status = 408
            return .status(408)
        case .malformed: return response.isStarted ? .done : .status(400)
        case .bodyTooLarge: return response.isStarted ? .done : .status(413)
        }
    }
}
