import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

/// One client connection that speaks HTTP/1: reads heads, gives each request to the request path, keeps or closes the connection.
///
/// It is one structured task, a child of its listener's. It holds a receive buffer only while bytes are in flight.
package final class HTTP1Connection {
    package let stream: ByteStream
    package let context: LoopContext
    package let facts: ClientFacts
    let listener: ListenerState
    let idleConnections: IdleConnections
    /// Received and not yet parsed; `nil` while idle.
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) var input: ByteBuffer?
    @safe @exclusivity(unchecked) var parser = RequestHeadParser()
    @safe @exclusivity(unchecked) var binding: ListenerBinding
    @safe @exclusivity(unchecked) var bodyReader = HTTP1BodyReader()
    @safe @exclusivity(unchecked) var writer = HTTP1ResponseWriter()
    /// Among `context.connections`.
    @safe @exclusivity(unchecked) private var place = 0
    /// A head that did not go out whole.
    @safe @exclusivity(unchecked) var unsentHead: ByteBuffer?
    /// Waiting for a request: may be closed by a drain at once.
    @safe @exclusivity(unchecked) var isIdle = false
    /// Has no task, see `IdleConnections`.
    @safe @exclusivity(unchecked) var isParked = false
    /// When a parked connection has waited long enough.
    @safe @exclusivity(unchecked) var idleDeadline: MonotonicInstant?
    /// Bytes belong to a tunnel now; HTTP is over.
    @safe @exclusivity(unchecked) var isTunnel = false
    /// The last answer broke off where only the end of the connection tells its length: that has to be a reset.
    @safe @exclusivity(unchecked) private var isCutShort = false
    @safe @exclusivity(unchecked) var requestBytes = 0
    var settings: LocationSettings { _read { yield binding.configuration.defaultServer.root.settings } }

    init(
        accepted: AcceptedConnection, socket: Socket, listener: ListenerState, idle: IdleConnections, binding: ListenerBinding,
        context: LoopContext, number: Int
    ) {
        idleConnections = idle
        self.context = context
        self.listener = listener
        self.binding = binding
        stream = ByteStream(socket: socket, loop: context.loop)
        facts = ClientFacts(
            number: number, remoteAddress: accepted.remoteAddress, acceptedAt: context.loop.now, listener: listener, socket: socket)
    }

    /// Serves the connection until it ends, or is parked. Never throws: a connection's failure is its own.
    package func run() async {
        place = context.connections.insert(self)
        context.counters.active.add(1, ordering: .relaxed)
        guard await establish() else { return end() }
        if binding.configuration.listen.speaksSOCKS {
            await serveSOCKS()
            end()
        } else {
            await proceed()
        }
    }

    /// Serves requests until the connection ends, or is parked among the idle ones: then it is called again.
    func proceed() async {
        unpark()
        while await serveRequest() {}
        if isParked { return }
        if isCutShort { stream.abort() } else if !isTunnel && lingers { await closeGracefully() }
        end()
    }

    private func end() {
        stream.close()
        giveBackInput()
        if let unsentHead { context.loop.buffers.giveBack(unsentHead) }
        unsentHead = nil
        context.connections.remove(at: place)
        context.counters.active.subtract(1, ordering: .relaxed)
        context.left()
    }

    /// Closes at once when idle; otherwise the answer under way carries `Connection: close`.
    package func drain() {
        if isIdle { cancel() }
    }

    /// The generation whose configuration it works with; the next request takes it to the newest.
    package var generationNumber: Int { binding.generation.number }

    package func cancel() {
        stream.socket.cancel()
        idleConnections.wake(facts.number)
    }

    // MARK: Requests

    /// - Returns: whether the connection goes on.
    @inline(__always) private func serveRequest() async -> Bool {
        let isPipelined = facts.requests > 0 && !(input?.isEmpty ?? true)
        guard await waitForRequest() else { return false }
        refreshBinding()
        let exchange = makeExchange()
        exchange.isPipelined = isPipelined
        beginHead()
        // Nearly every head comes whole.
        var result = takeReceivedHead(into: &exchange.head)
        if result == nil { result = await readHead(into: &exchange.head) }
        switch result {
        case nil: return false
        case .complete: break
        case .closed:
            context.giveBack(exchange)
            return false
        case .rejected(let status, let reason):
            return await refuse(exchange, status: status, reason: reason)
        }
        return await serve(exchange)
    }

    @inline(__always) private func serve(_ exchange: Exchange) async -> Bool {
        let number = context.counters
        number.requests.add(1, ordering: .relaxed)
        facts.requests += 1
        exchange.requestNumber = facts.requests
        switch binding.selectServer(for: exchange) {
        case .serve: break
        case .refuse(let status, let reason):
            return await refuse(exchange, status: status, reason: reason)
        }
        bodyReader.begin(
            isChunked: exchange.head.isChunked, contentLength: exchange.head.contentLength,
            expectsContinue: exchange.head.expectsContinue && exchange.head.version == .http11)
        writer.begin(exchange)
        number.writing.add(1, ordering: .relaxed)
        await RequestPath.serve(exchange)
        number.writing.subtract(1, ordering: .relaxed)
        let goesOn = await endRequest(exchange)
        recycle(exchange)
        return goesOn
    }

    /// Answers a request that cannot be served, logs it, and ends the connection.
    private func refuse(_ exchange: Exchange, status: Int, reason: String) async -> Bool {
        exchange.generation.log(.info, "\(reason) while reading client request headers", exchange)
        exchange.response.closesConnection = true
        bodyReader.beginUnreadable()
        writer.begin(exchange)
        await RequestPath.answer(exchange, refusedWith: status)
        recycle(exchange)
        return false
    }

    private func endRequest(_ exchange: Exchange) async -> Bool {
        isCutShort = exchange.response.isStarted && !exchange.response.isComplete && writer.endsWithConnection
        guard exchange.response.isComplete, !isTunnel, writer.keepsAlive, !stream.socket.isReset else { return false }
        if bodyReader.isAtEnd { return true }
        return await discardBody(exchange)
    }

    func recycle(_ exchange: Exchange) {
        exchange.reset()
        context.giveBack(exchange)
    }

    func makeExchange() -> Exchange {
        let server = binding.configuration.defaultServer
        requestBytes = input?.count ?? 0
        writer.bytesSent = 0
        if let spare = context.takeExchange() {
            spare.begin(connection: facts, client: self, generation: binding.generation, server: server)
            return spare
        }
        return Exchange(context: context, connection: facts, client: self, generation: binding.generation, server: server)
    }

    /// A reload since the last request: this one is the new generation's.
    private func refreshBinding() {
        guard binding.generation !== context.generation, !context.isOnTrial(binding.generation) else { return }
        if let new = context.binding(for: listener, local: { facts.localAddress }) { binding = new }
    }

    // MARK: Reading heads

    enum HeadResult {
        case complete
        case closed
        case rejected(status: Int, reason: String)
    }

    func beginHead() { parser = RequestHeadParser(limits: binding.headLimits) }

    /// Reads what has been received, and what can be received without waiting.
    /// - Returns: `nil` when the head is not complete.
    private func takeReceivedHead(into head: inout RequestHead) -> HeadResult? {
        let buffer = takeInput()
        if let result = parse(buffer, into: &head) { return result }
        do throws(StreamError) {
            guard let count = try stream.receiveNow(into: buffer, limit: readLimit) else { return nil }
            return received(count, buffer) ?? parse(buffer, into: &head)
        } catch {
            return failed(error, buffer)
        }
    }

    /// Reads on until the head is complete, after `beginHead`.
    func readHead(into head: inout RequestHead) async -> HeadResult {
        let deadline = context.loop.now + binding.configuration.defaultServer.settings.clientHeaderTimeout
        let buffer = takeInput()
        // Only a head that comes in pieces is ever seen in this state.
        context.counters.reading.add(1, ordering: .relaxed)
        defer { context.counters.reading.subtract(1, ordering: .relaxed) }
        while true {
            if let result = parse(buffer, into: &head) { return result }
            do throws(StreamError) {
                let count = try await stream.receive(into: buffer, limit: readLimit, deadline: deadline)
                if let result = received(count, buffer) { return result }
            } catch {
                return failed(error, buffer)
            }
        }
    }

    /// - Returns: `nil` when more is needed.
    private func parse(_ buffer: ByteBuffer, into head: inout RequestHead) -> HeadResult? {
        if buffer.isEmpty { return nil }
        switch parser.parse(buffer.readable, into: &head) {
        case .complete(let consumed):
            buffer.consume(consumed)
            return .complete
        case .rejected(let error): return .rejected(status: error.status, reason: error.reason)
        case .needMore: return nil
        }
    }

    private func received(_ count: Int, _ buffer: ByteBuffer) -> HeadResult? {
        requestBytes += count
        if count > 0 { return nil }
        if !buffer.isEmpty { log(.info, "client prematurely closed connection") }
        return .closed
    }

    private func failed(_ error: StreamError, _ buffer: ByteBuffer) -> HeadResult {
        guard error.isTimeout else {
            logSilence(error)
            return .closed
        }
        log(.info, "client timed out")
        return buffer.isEmpty && facts.requests > 0 ? .closed : .rejected(status: 408, reason: "client timed out")
    }

    var readLimit: Int { 16 * 1024 }

    func takeInput() -> ByteBuffer {
        if let input { return input }
        let buffer = context.loop.buffers.borrow(4096)
        input = buffer
        return buffer
    }

    func giveBackInput() {
        if let input { context.loop.buffers.giveBack(input) }
        input = nil
    }

    // MARK: Logs

    func log(_ level: LogLevel, _ message: @autoclosure () -> String) {
        binding.generation.log(level, message(), facts, server: binding.configuration.defaultServer)
    }

    /// A client that leaves between requests is nothing to report; anything else is information.
    func logSilence(_ error: StreamError) {
        if error.isTimeout || error.isCancelled { return }
        log(.info, "\(error.reason) while waiting for request")
    }
}
