import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// The client of a SOCKS5 request: it gets a reply code where HTTP's clients get a head, and no pages.
final class SOCKSClient: ClientStream {
    private let connection: HTTP1Connection

    init(_ connection: HTTP1Connection) { self.connection = connection }

    var watchedSocket: Socket? { connection.stream.socket }
    var bytesReceived: Int { connection.bytesReceived }
    var bytesSent: Int { connection.writer.bytesSent }
    var keepsAlive: Bool { false }
    var isChunkedAnswer: Bool { false }
    var socketForRawPayload: Socket? { nil }

    var sendPause: (any SendPause)? {
        get { connection.stream.pause }
        set { connection.stream.pause = newValue }
    }

    // MARK: A request has no body

    var hasBodyBytesReady: Bool { true }
    func readBody(into buffer: ByteBuffer, limit: Int, deadline: MonotonicInstant) async throws(ClientError) -> Int { 0 }
    func takeReceivedBody(into buffer: ByteBuffer, limit: Int) throws(ClientError) -> Int? { 0 }
    func dismissBody() async throws(ClientError) {}
    func admitBody() async throws(ClientError) {}

    // MARK: An answer is a reply code

    func sendInterim(status: Int, fields: HeaderFields) async throws(ClientError) {}

    func sendHead(of exchange: Exchange, body: ByteBuffer?, isEnd: Bool) throws(ClientError) -> Bool {
        exchange.response.isStarted = true
        return false
    }

    func finishSending(_ body: ByteBuffer?, isEnd: Bool, of exchange: Exchange) async throws(ClientError) {
        body?.clear()
        let status = exchange.response.status
        let reply = exchange.response.opensTunnel ? SOCKSReply.succeeded : SOCKSReply(refusal: status, exchange.proxyError)
        let out = connection.context.loop.buffers.borrow(16)
        defer { connection.context.loop.buffers.giveBack(out) }
        out.append(reply.bytes)
        try await connection.send(out, nil, timeout: exchange.settings.sendTimeout)
        if isEnd { exchange.response.isComplete = true }
    }

    func write(_ body: ByteBuffer, isEnd: Bool, of exchange: Exchange) async throws(ClientError) {
        body.clear()
        if isEnd { exchange.response.isComplete = true }
    }

    func write(file: File, offset: Int, count: Int, isEnd: Bool, of exchange: Exchange) async throws(ClientError) {
        if isEnd { exchange.response.isComplete = true }
    }

    func finish(_ exchange: Exchange) async throws(ClientError) { exchange.response.isComplete = true }
    func sentRawPayload(_ count: Int, isEnd: Bool, of exchange: Exchange) {}

    // MARK: The tunnel

    func takeTunnel() -> ByteStream? { connection.takeTunnel() }
    func takeReceived() -> ByteBuffer? { connection.takeReceived() }
}
