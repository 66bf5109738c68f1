import GatehouseRuntime
import GatehouseWire

/// The client of a subrequest whose answer nobody reads. It takes an answer of some size, so that the upstream's connection can be used again,
/// and leaves one that has no end.
final class DroppingClient: ClientStream {
    /// Bytes of a body that are taken.
    static let most = 4 << 20
    /// How long a body is taken, from its head on.
    static let patience = Duration.seconds(60)

    private var taken = 0
    private var deadline: MonotonicInstant?

    // MARK: There is nothing to read

    var hasBodyBytesReady: Bool { true }
    func readBody(into buffer: ByteBuffer, limit: Int, deadline: MonotonicInstant) async throws(ClientError) -> Int { 0 }
    func takeReceivedBody(into buffer: ByteBuffer, limit: Int) throws(ClientError) -> Int? { 0 }
    func dismissBody() async throws(ClientError) {}
    func admitBody() async throws(ClientError) {}

    // MARK: The answer goes nowhere

    func sendInterim(status: Int, fields: HeaderFields) async throws(ClientError) {}

    func sendHead(of exchange: Exchange, body: ByteBuffer?, isEnd: Bool) throws(ClientError) -> Bool {
        exchange.response.isStarted = true
        deadline = exchange.context.loop.now + Self.patience
        try drop(body?.count ?? 0, isEnd: isEnd, of: exchange)
        body?.clear()
        return true
    }

    func finishSending(_ body: ByteBuffer?, isEnd: Bool, of exchange: Exchange) async throws(ClientError) {}

    func write(_ body: ByteBuffer, isEnd: Bool, of exchange: Exchange) async throws(ClientError) {
        try drop(body.count, isEnd: isEnd, of: exchange)
        body.clear()
    }

    func write(file: File, offset: Int, count: Int, isEnd: Bool, of exchange: Exchange) async throws(ClientError) {
        exchange.response.bodyBytesSent += count
        if isEnd { exchange.response.isComplete = true }
    }

    func finish(_ exchange: Exchange) async throws(ClientError) { exchange.response.isComplete = true }

    private func drop(_ count: Int, isEnd: Bool, of exchange: Exchange) throws(ClientError) {
        taken += count
        exchange.response.bodyBytesSent += count
        if isEnd {
            exchange.response.isComplete = true
        } else if taken > Self.most || exchange.context.loop.now > deadline ?? exchange.context.loop.now {
            throw ClientError(.gone, "the rest of an answer that nobody reads was left")
        }
    }

    // MARK: No connection

    var watchedSocket: Socket? { nil }
    var socketForRawPayload: Socket? { nil }
    func sentRawPayload(_ count: Int, isEnd: Bool, of exchange: Exchange) {}
    var sendPause: (any SendPause)?
    func takeTunnel() -> ByteStream? { nil }
    func takeReceived() -> ByteBuffer? { nil }
    var keepsAlive: Bool { false }
    var isChunkedAnswer: Bool { false }
    var bytesReceived: Int { 0 }
    var bytesSent: Int { 0 }
}
