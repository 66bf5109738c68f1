import GatehouseWire

/// One TLS connection between ciphertext and plaintext buffers. Knows no socket: its owner moves the ciphertext.
///
/// Confined to one task at a time, so it is no `Sendable`; nothing in it is bound to a thread. A handshake that signs with RSA costs
/// a millisecond of CPU: the owner may run that call on another thread, as long as no two calls run at once.
///
/// Buffers are lent with `attach` and taken back with `detach`, so that an idle connection holds none.
package final class TLSConnection {
    package enum Step: Equatable, Sendable {
        /// The handshake is finished; ciphertext left in the input buffer is for `read`.
        case done
        /// More ciphertext is needed. What stands in the output buffer has to be sent first.
        case wantsMore
        /// What stands in the output buffer (an alert) should still be sent.
        case failed(TLSError)
    }

    package enum ReadResult: Equatable, Sendable {
        case bytes(Int)
        case wantsMore
        /// The peer sent close_notify. A connection that ends without it was cut (or its peer is careless): the owner, who sees the
        /// end of the stream, decides what that means.
        case closed
        case failed(TLSError)
    }

    package enum WriteResult: Equatable, Sendable {
        /// So many bytes stand encrypted in the output buffer.
        case accepted(Int)
        case failed(TLSError)
    }

    let handle: ConnectionHandle
    /// The context that the handshake began with: it owns tickets, session cache and callbacks, whatever the server name is.
    let server: TLSServerContext?
    let client: TLSClientContext?
    /// The context that the server name chose.
    package internal(set) var selectedContext: TLSServerContext?
    var select: ((String?) -> TLSContextChoice)?
    let verifyName: String?
    var recordSize: Int
    var input: ByteBuffer?
    var output: ByteBuffer?
    var earlyPlaintext: ByteBuffer?
    var earlyDataHasEnded = false
    var deferredFailure: TLSError?
    var isRejected = false
    /// The name in the ClientHello, which OpenSSL itself tells only later.
    var helloName: String?

    /// True after `handshake` returned `.done`.
    package internal(set) var isEstablished = false
    /// Called for each session that an upstream offers; in TLS 1.3 that is after the handshake, within `read`.
    package var onNewSession: ((TLSSession) -> Void)?
    /// The newest session that an upstream offered.
    package internal(set) var newSession: TLSSession?

    /// The server's side. `selectContext` is asked once, within a call of `handshake`, with the client's server name (lower or upper
    /// case, as it was sent); it must not use this connection or its buffers.
    package init(server: TLSServerContext, selectContext: @escaping (_ serverName: String?) -> TLSContextChoice) throws(TLSError) {
        self.server = server
        client = nil
        selectedContext = server
        select = selectContext
        verifyName = nil
        recordSize = server.recordSize
        if server.usesEarlyData { earlyPlaintext = ByteBuffer() }
        handle = try ConnectionHandle(context: server.handle, isServer: true)
        handle.setOwner(self)
    }

    /// The client's side. `serverName` is sent (never where it is an address, RFC 6066 section 3); `verifyName` has to be in the
    /// certificate where the context verifies. Both usually are the same. `certificate` is shown to upstreams that ask, in place of the
    /// context's own.
    package init(
        client: TLSClientContext, serverName: String?, verifyName: String?, session: TLSSession? = nil, certificate: TLSCertificate? = nil
    ) throws(TLSError) {
        self.client = client
        server = nil
        self.verifyName = verifyName
        recordSize = client.recordSize
        handle = try ConnectionHandle(context: client.handle, isServer: false)
        handle.setOwner(self)
        if let serverName, !serverName.isEmpty, IPAddress(serverName) == nil { handle.setServerName(serverName) }
        if let session { handle.offer(session) }
        if let certificate, let error = handle.show(certificate) { throw error }
    }

    /// Lends the buffers for ciphertext received (`in`) and to be sent (`out`). Neither may be the buffer of plaintext in a later call.
    /// Where only `write` or `shutdown` follows, which read nothing, `in` may be left out or be the same as `out`.
    package func attach(in input: ByteBuffer? = nil, out output: ByteBuffer) {
        self.input = input === output ? nil : input
        self.output = output
    }

    /// Gives the buffers back. Both have to be empty, or their bytes must come back with the next `attach`.
    package func detach() {
        input = nil
        output = nil
    }

    /// Whether decrypted bytes wait inside, so that `read` gives some without more ciphertext.
    package var hasPendingPlaintext: Bool { handle.pending > 0 || earlyPlaintext?.isEmpty == false || deferredFailure != nil }

    func fail(_ kind: TLSError.Kind, _ sentence: String) -> TLSError {
        let isPeerFault = ErrorQueue.isPeerFault
        return TLSError(kind, ErrorQueue.describe(sentence), isPeerFault: isPeerFault)
    }
}

/// What a server name leads to.
package enum TLSContextChoice: Sendable {
    /// A virtual server's own context.
    case use(TLSServerContext)
    /// The same, showing certificates of this moment: variables named them.
    case show([TLSCertificate], by: TLSServerContext)
    /// The listener's default context goes on.
    case keep
    /// The handshake cannot go on: a certificate could not be read.
    case fail(TLSError)
    /// The handshake is refused with the alert `unrecognized_name`.
    case reject
}
