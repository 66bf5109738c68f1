import GatehouseWire

extension TLSConnection {
    /// Decrypts all complete records received into `plaintext`, up to `limit` bytes.
    package func read(into plaintext: ByteBuffer, limit: Int = .max) -> ReadResult {
        guard isEstablished else { return .failed(TLSError(.read, "SSL_read() before the handshake")) }
        guard let input, let output else { preconditionFailure("read without buffers") }
        if let deferredFailure { return .failed(deferredFailure) }
        if let early = takeEarlyData(into: plaintext, limit: limit) { return .bytes(early) }
        var total = 0
        while total < limit && (!input.isEmpty || handle.pending > 0) {
            let (outcome, count) = handle.read(input, into: plaintext, limit: limit - total, output)
            total += count
            switch outcome {
            case .complete, .wantsWrite: continue
            case .wantsRead: if input.isEmpty { return total > 0 ? .bytes(total) : .wantsMore }
            case .closed: return total > 0 ? .bytes(total) : .closed
            case .failed: return readFailure(after: total)
            }
        }
        if total > 0 { return .bytes(total) }
        return hasPeerClosed ? .closed : .wantsMore
    }

    /// Bytes decrypted before a failure are given out first.
    private func readFailure(after total: Int) -> ReadResult {
        let error =
            ErrorQueue.isEmpty
            ? TLSError(.read, "peer shutdown SSL uncleanly", isPeerFault: true) : fail(.read, "SSL_read() failed")
        deferredFailure = error
        return total > 0 ? .bytes(total) : .failed(error)
    }

    private func takeEarlyData(into plaintext: ByteBuffer, limit: Int) -> Int? {
        guard let early = earlyPlaintext else { return nil }
        let count = min(limit, early.count)
        plaintext.append(early, range: 0..<count)
        early.consume(count)
        if early.isEmpty { earlyPlaintext = nil }
        return count > 0 ? count : nil
    }

    /// Encrypts the first bytes of `plaintext`, at most `limit`, behind what the output buffer holds.
    ///
    /// Accepts everything up to `limit`; the caller sends the output buffer before it goes on, so no more than `limit` bytes of
    /// ciphertext (and their frames) wait.
    package func write(_ plaintext: Span<UInt8>, limit: Int = 65536) -> WriteResult {
        guard isEstablished else { return .failed(TLSError(.write, "SSL_write() before the handshake")) }
        guard let output else { preconditionFailure("write without buffers") }
        guard !plaintext.isEmpty else { return .accepted(0) }
        let (outcome, count) = handle.write(plaintext.extracting(first: min(limit, plaintext.count)), record: recordSize, output)
        if outcome == .failed || count == 0 {
            return .failed(fail(.write, "SSL_write() failed"))
        }
        return .accepted(count)
    }

    /// The same from a buffer, whose bytes stay: the caller consumes what was accepted.
    package func write(_ plaintext: ByteBuffer, limit: Int = 65536) -> WriteResult {
        write(plaintext.readable, limit: limit)
    }

    /// Ends the sending direction: close_notify goes to the output buffer where the handshake was finished. The session stays
    /// resumable. Only closing the socket may follow. Without attached buffers nothing is sent.
    package func shutdown() {
        handle.shutdown(output ?? ByteBuffer())
    }
}
