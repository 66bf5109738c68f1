import GatehouseRuntime
import GatehouseWire

/// One request's way to and from the client, independent of the protocol version: HTTP/1 implements it over a connection, HTTP/2 over a
/// stream. All calls come from the exchange's own task. Back-pressure is in the calls: each `send` and `write` suspends until the bytes
/// were taken.
package protocol ClientStream: AnyObject {
    /// Reads decoded payload of the request body into `buffer`.
    /// - Returns: the number of bytes; 0 at the end of the body.
    /// - Throws: the client went away, was too slow, or broke the framing; nothing more can be read then.
    func readBody(into buffer: ByteBuffer, limit: Int, deadline: MonotonicInstant) async throws(ClientError) -> Int

    /// Takes payload that was received already into `buffer`.
    /// - Returns: the number of bytes; 0 at the end of the body, `nil` when nothing is there.
    func takeReceivedBody(into buffer: ByteBuffer, limit: Int) throws(ClientError) -> Int?

    /// Nobody reads the body: sends an interim answer that the client waits for, and drops payload that was received already.
    /// - Throws: that payload breaks the framing, or the client is gone.
    func dismissBody() async throws(ClientError)

    /// Sends the `100 Continue` that the client may wait for before it sends its body.
    func admitBody() async throws(ClientError)

    /// Whether payload can be had without waiting.
    var hasBodyBytesReady: Bool { get }

    /// Sends an interim (1xx) answer.
    func sendInterim(status: Int, fields: HeaderFields) async throws(ClientError)

    /// Sends the head of `exchange.response` and, behind it in the same write, `body`, as far as that needs no waiting.
    /// - Parameters:
    ///   - body: the first payload bytes; consumed.
    ///   - isEnd: nothing follows.
    /// - Returns: whether all of it went, as it nearly always does. If not, `finishSending` has to be called with the same body.
    func sendHead(of exchange: Exchange, body: ByteBuffer?, isEnd: Bool) throws(ClientError) -> Bool

    /// Sends what `sendHead` left.
    func finishSending(_ body: ByteBuffer?, isEnd: Bool, of exchange: Exchange) async throws(ClientError)

    /// Sends payload; consumed.
    func write(_ body: ByteBuffer, isEnd: Bool, of exchange: Exchange) async throws(ClientError)

    /// Ends the body, with the trailers of `exchange.response` where the protocol can carry them.
    func finish(_ exchange: Exchange) async throws(ClientError)

    /// The socket below, to be watched while waiting for somebody else; `nil` where many streams share one.
    var watchedSocket: Socket? { get }

    /// Sends `count` bytes of `file` as payload; `sendfile(2)` where the transport allows it.
    func write(file: File, offset: Int, count: Int, isEnd: Bool, of exchange: Exchange) async throws(ClientError)

    /// What is done while the client takes no bytes, such as reading on from the upstream; not kept beyond the exchange.
    var sendPause: (any SendPause)? { get set }

    /// Turns the connection into a byte tunnel after a 101 (or a 2xx to CONNECT); the head has been sent before.
    /// `nil` where the protocol cannot.
    func takeTunnel() -> ByteStream?

    /// Hands over the bytes received behind the request, which a tunnel passes on first. The buffer is the caller's to give back.
    func takeReceived() -> ByteBuffer?

    /// The connection goes on after this answer, as `$sent_http_connection` tells.
    var keepsAlive: Bool { get }
    var isChunkedAnswer: Bool { get }

    /// Where payload may be moved to without framing or encryption; `nil` where that is not possible.
    var socketForRawPayload: Socket? { get }

    /// Payload was moved to `socketForRawPayload`.
    func sentRawPayload(_ count: Int, isEnd: Bool, of exchange: Exchange)

    /// Bytes on the wire for this request so far, both ways.
    var bytesReceived: Int { get }
    var bytesSent: Int { get }
}

/// Why the client's side of an exchange ended early.
package struct ClientError: Error, Equatable {
    package enum Kind: Equatable {
        /// The client closed or reset the connection.
        case gone
        /// It did not send or take bytes in time: 408 where an answer can still be sent.
        case timedOut
        /// It broke the protocol: 400 where an answer can still be sent.
        case malformed
        /// The body is larger than `client_max_body_size`: 413.
        case bodyTooLarge
        /// We are told to stop.
        case cancelled
    }
    package var kind: Kind
    /// For the log: a clause such as `client sent invalid chunked body`.
    package var reason: String

    package init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }
}
