import COpenSSL
import GatehouseWire

/// Owns one `SSL` with its pipe, and runs it over buffers that it borrows for the length of a call.
///
/// It keeps nothing in the calling thread (OpenSSL's error queue is emptied by who looks at a failure), so a connection may move
/// between threads from one call to the next.
@safe
struct ConnectionHandle: ~Copyable {
    /// How a call ended; the codes are OpenSSL's.
    enum Outcome: Equatable { case complete, wantsRead, wantsWrite, closed, failed }

    let pointer: OpaquePointer
    private let pipe: UnsafeMutablePointer<gatehouse_pipe>

    /// One for the process: BIO methods are never changed after they are made.
    nonisolated(unsafe) private static let method = unsafe gatehouse_pipe_method()

    init(context: borrowing ContextHandle, isServer: Bool) throws(TLSError) {
        guard let ssl = unsafe SSL_new(context.pointer) else {
            throw TLSError(.handshake, ErrorQueue.describe("SSL_new() failed"))
        }
        guard let method = unsafe Self.method, let pipe = unsafe gatehouse_ssl_attach_pipe(ssl, method) else {
            unsafe SSL_free(ssl)
            throw TLSError(.handshake, ErrorQueue.describe("BIO_new() failed"))
        }
        unsafe pointer = ssl
        // Lives as long as the SSL, which owns its BIO.
        unsafe self.pipe = pipe
        if isServer { unsafe SSL_set_accept_state(ssl) } else { unsafe SSL_set_connect_state(ssl) }
    }

    deinit {
        // Freed without its shutdown state, an SSL would take its session out of the cache.
        unsafe gatehouse_ssl_shutdown(pointer, pipe, 0)
        unsafe SSL_free(pointer)
    }

    /// Decrypted bytes that OpenSSL still holds.
    var pending: Int { unsafe Int(SSL_pending(pointer)) }

    /// One step of the handshake: reads what `input` has, appends what is to be sent to `output`.
    func handshake(_ input: ByteBuffer, _ output: ByteBuffer) -> Outcome {
        var consumed = 0
        var produced = 0
        var code: Int32 = 0
        // The pipe forgets both pointers before the call returns.
        unsafe input.withReadable { source in
            _ = unsafe output.withWritable(minimum: 4096) { target in
                code = unsafe gatehouse_ssl_handshake(
                    pointer, pipe, source.baseAddress, source.count, target.baseAddress, target.count, &consumed, &produced)
                return produced
            }
        }
        input.consume(consumed)
        takeSpill(output)
        return Outcome(code)
    }

    /// Reads early data into `plain` while the handshake goes on; `isFinished` once no more can come.
    func readEarly(_ input: ByteBuffer, _ output: ByteBuffer, into plain: ByteBuffer) -> (outcome: Outcome, isFinished: Bool) {
        var consumed = 0
        var produced = 0
        var count = 0
        var status: Int32 = 0
        var code: Int32 = 0
        // As above; `plain` is a third buffer, of the connection's own.
        unsafe input.withReadable { source in
            _ = unsafe output.withWritable(minimum: 4096) { target in
                _ = unsafe plain.withWritable(minimum: 4096) { early in
                    code = unsafe gatehouse_ssl_read_early(
                        pointer, pipe, source.baseAddress, source.count, target.baseAddress, target.count,
                        early.baseAddress, early.count, &count, &status, &consumed, &produced)
                    return count
                }
                return produced
            }
        }
        input.consume(consumed)
        takeSpill(output)
        return (Outcome(code), status == SSL_READ_EARLY_DATA_FINISH)
    }

    /// Decrypts into `plain`, at most `limit` bytes; `output` takes alerts and key updates.
    func read(_ input: ByteBuffer, into plain: ByteBuffer, limit: Int, _ output: ByteBuffer) -> (outcome: Outcome, count: Int) {
        var consumed = 0
        var count = 0
        var code: Int32 = 0
        let room = min(limit, input.count + pending)
        unsafe input.withReadable { source in
            _ = unsafe plain.withWritable(minimum: room) { target in
                code = unsafe gatehouse_ssl_read(
                    pointer, pipe, source.baseAddress, source.count, target.baseAddress, min(limit, target.count), &consumed, &count)
                return count
            }
        }
        input.consume(consumed)
        takeSpill(output)
        return (Outcome(code), count)
    }

    /// Encrypts `plain` into `output` in records of `record` bytes. All of it fits: room for every record's frame is made first.
    func write(_ plain: Span<UInt8>, record: Int, _ output: ByteBuffer) -> (outcome: Outcome, count: Int) {
        var accepted = 0
        var produced = 0
        var code: Int32 = 0
        let records = plain.count / record + 1
        // 5 bytes of header, at most 16 of IV, 48 of MAC and 16 of padding a record (RFC 5246 section 6.2.3).
        let room = plain.count + records * 96
        unsafe plain.withUnsafeBytes { source in
            _ = unsafe output.withWritable(minimum: room) { target in
                code = unsafe gatehouse_ssl_write(
                    pointer, pipe, source.baseAddress, source.count, record, target.baseAddress, target.count, &accepted, &produced)
                return produced
            }
        }
        takeSpill(output)
        return (Outcome(code), accepted)
    }

    /// Appends close_notify to `output` and marks both directions closed.
    func shutdown(_ output: ByteBuffer) {
        unsafe gatehouse_ssl_shutdown(pointer, pipe, 1)
        takeSpill(output)
    }

    private func takeSpill(_ output: ByteBuffer) {
        // The pipe belongs to the SSL, which this handle owns.
        while unsafe pipe.pointee.spill_used > 0 {
            let count = unsafe pipe.pointee.spill_used
            _ = unsafe output.withWritable(minimum: count) { unsafe gatehouse_pipe_take_spill(pipe, $0.baseAddress, $0.count) }
        }
    }
}

extension ConnectionHandle.Outcome {
    init(_ code: Int32) {
        switch code {
        case SSL_ERROR_NONE: self = .complete
        case SSL_ERROR_WANT_READ: self = .wantsRead
        case SSL_ERROR_WANT_WRITE: self = .wantsWrite
        case SSL_ERROR_ZERO_RETURN: self = .closed
        default: self = .failed
        }
    }
}
