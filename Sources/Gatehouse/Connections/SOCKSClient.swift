import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// The client of a SOCKS5 request: it gets a reply code where HTTP's clients get a head, and no pages.
final class SOCKSClient: ClientStream {
    private let connection: HTTP1Connection
    /// What the client asked for, once it has.
    var request: SOCKSRequest?
    /// Where an association takes datagrams.
    var relay: DatagramAssociation.Endpoint?

    init(_ connection: HTTP1Connection) { self.connection = connection }

    /// The connection that an association lives as long as.
    var control: ByteStream { connection.stream }

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
        let out = connection.context.loop.buffers.borrow(32)
        defer { connection.context.loop.buffers.giveBack(out) }
        out.append(reply(to: exchange))
        try await connection.send(out, nil, timeout: exchange.settings.sendTimeout)
        if isEnd { exchange.response.isComplete = true }
    }

    private func reply(to exchange: Exchange) -> [UInt8] {
        guard exchange.response.opensTunnel else { return SOCKSReply(refusal: exchange.response.status, exchange.proxyError).bytes }
        return relay.map { SOCKSReply.relay(at: $0.address, port: $0.port) } ?? SOCKSReply.succeeded.bytes
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
