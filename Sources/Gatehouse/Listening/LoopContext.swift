import GatehousePolicy
import GatehouseRuntime
import GatehouseWire
import Synchronization

/// What the connections of one event loop share: caches, counters, pooled objects, the loop's view of the current generation.
///
/// `@unchecked Sendable`: created once per loop and then touched on that loop's thread only; the atomics in `counters` are the exception
/// and safe by themselves.
package final class LoopContext: @unchecked Sendable {
    package let loop: EventLoop
    package let index: Int
    package let counters = LoopCounters()
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) package private(set) var generation: Generation
    /// A generation that takes some of the connections.
    @safe @exclusivity(unchecked) var trial: TrialShare?
    package let idleUpstreams = IdleUpstreams()
    @safe @exclusivity(unchecked) package var isDraining = false
    /// Every client connection of this loop, for draining and stopping.
    @safe @exclusivity(unchecked) package var connections = ConnectionTable()
    @safe @exclusivity(unchecked) package var random = SystemRandomNumberGenerator()
    /// Chance where nothing depends on its being unpredictable, for a thousandth of the price of a system call.
    @safe @exclusivity(unchecked) package var dice: SplitMix64
    package let upstreamSessions = UpstreamSessions()
    package let pipes = PipePool()
    /// What requests leave behind.
    package let background: BackgroundRequests
    /// Gives each client connection its number.
    package let nextConnectionNumber: @Sendable () -> Int
    @safe @exclusivity(unchecked) private var admission: ConnectionAdmission
    @safe @exclusivity(unchecked) private var accepting: [AcceptSequence] = []
    @safe @exclusivity(unchecked) private var paused: [AcceptSequence] = []
    @safe @exclusivity(unchecked) private var recentBinding: (listener: ListenerState, binding: ListenerBinding)?
    @safe @exclusivity(unchecked) private var spareExchanges: [Exchange] = []
    @safe @exclusivity(unchecked) private var bodyMemory = 0
    @safe @exclusivity(unchecked) private var dateSecond = -1
    @safe @exclusivity(unchecked) private var dateText: [UInt8] = []
    @safe @exclusivity(unchecked) private var logSecond = -1
    @safe @exclusivity(unchecked) private var logTimeText: [UInt8] = []
    @safe @exclusivity(unchecked) private var isoTimeText: [UInt8] = []

    package init(loop: EventLoop, index: Int, generation: Generation, connectionNumbers: @escaping @Sendable () -> Int) {
        nextConnectionNumber = connectionNumbers
        admission = ConnectionAdmission(limit: generation.configuration.main.workerConnections)
        self.loop = loop
        background = BackgroundRequests(on: loop)
        dice = SplitMix64(seed: random.next())
        self.index = index
        self.generation = generation
    }

    /// Requests from now on use `generation`; those under way keep theirs.
    package func adopt(_ generation: Generation) {
        cutLate(upTo: self.generation)
        self.generation = generation
        trial = nil
        idleUpstreams.closeAll(notOf: generation)
        upstreamSessions.removeAll()
        spareExchanges.removeAll()
        recentBinding = nil
        if admission.limitChanged(to: generation.configuration.main.workerConnections, now: loop.now) == .accept { resumeAccepting() }
    }

    /// What the present generation says about a connection to `listener` that arrived at `local`.
    package func binding(for listener: ListenerState, local: () -> SocketAddress?) -> ListenerBinding? {
        if let recentBinding, recentBinding.listener === listener { return recentBinding.binding }
        guard let found = generation.binding(for: listener.address, local: local) else { return nil }
        // Nearly always the next connection is given the same.
        if !generation.dependsOnArrival(listener.address) { recentBinding = (listener, found) }
        return found
    }

    /// The value of a `Date` field now, made once a second (RFC 9110 §5.6.7).
    package func appendDate(to buffer: ByteBuffer) {
        let second = loop.wallClock.seconds
        if second != dateSecond {
            dateSecond = second
            dateText = HTTPDate.format(second)
        }
        buffer.append(dateText)
    }

    /// The local time as `$time_local` shows it, made once a second.
    package func appendLogTime(to buffer: ByteBuffer) {
        refreshLogTimes()
        buffer.append(logTimeText)
    }

    package var logTime: [UInt8] {
        refreshLogTimes()
        return logTimeText
    }

    package var isoTime: [UInt8] {
        refreshLogTimes()
        return isoTimeText
    }

    private func refreshLogTimes() {
        let second = loop.wallClock.seconds
        if second == logSecond { return }
        logSecond = second
        let offset = LocalTime(epochSecond: second).offset
        logTimeText = HTTPDate.formatLocal(second, offset: offset)
        isoTimeText = HTTPDate.formatISO8601(second, offset: offset)
    }

    /// What this loop keeps for `peer` goes as soon as the peer leaves its group.
    package func forgetWhenRetired(_ peer: UpstreamPeer) {
        peer.whenRetired(ObjectIdentifier(self)) { [self] peer in
            loop.post { [self] in
                idleUpstreams.closeAll(to: peer)
                upstreamSessions.removeAll(with: peer)
            }
        }
    }

    // MARK: Exchanges are reused, so that their arrays keep their storage.

    package func takeExchange() -> Exchange? { spareExchanges.popLast() }

    package func giveBack(_ exchange: Exchange) {
        // One of an older generation would keep that from ending.
        if spareExchanges.count < 64, exchange.generation === generation { spareExchanges.append(exchange) }
    }

    // MARK: Memory for large request bodies

    /// Takes `count` bytes of `client_body_memory`.
    /// - Returns: false, and takes nothing, when fewer are left.
    package func takeBodyMemory(_ count: Int, of limit: Int) -> Bool {
        guard bodyMemory + count <= limit else { return false }
        bodyMemory += count
        return true
    }

    package func giveBackBodyMemory(_ count: Int) { bodyMemory -= count }

    // MARK: Admission

    /// Counts a new connection; at `worker_connections` this loop stops accepting until one is closed.
    package func admitted(_ sequence: AcceptSequence) {
        counters.accepted.add(1, ordering: .relaxed)
        counters.handled.add(1, ordering: .relaxed)
        if admission.connectionOpened(now: loop.now) != .accept { pauseAccepting(sequence) }
    }

    package func left() {
        if admission.connectionClosed(now: loop.now) == .accept { resumeAccepting() }
    }

    private func resumeAccepting() {
        if paused.isEmpty { return }
        for sequence in paused { sequence.resume() }
        paused.removeAll()
    }

    private func pauseAccepting(_ sequence: AcceptSequence) {
        if paused.isEmpty { generation.processLog.log(.warn, "\(admission.limit) worker_connections are not enough, accepting waits") }
        for listener in accepting { listener.pause() }
        paused = accepting
    }

    package func stopAccepting(_ sequence: AcceptSequence) {
        sequence.stop()
        accepting.removeAll { $0 == sequence }
        paused.removeAll { $0 == sequence }
    }

    package func startedAccepting(_ sequence: AcceptSequence) { accepting.append(sequence) }

    /// No new requests: idle connections close now, the others after their answer.
    package func drain() {
        isDraining = true
        cutLate(upTo: trial?.generation ?? generation)
        for connection in connections.all { connection.drain() }
        idleUpstreams.closeAll()
    }

    /// `worker_shutdown_timeout`: what still uses this generation, or one before, is closed then.
    private func cutLate(upTo generation: Generation) {
        guard let timeout = generation.configuration.main.shutdownTimeout else { return }
        let number = generation.number
        _ = loop.schedule(at: loop.now + timeout) { [weak self] in
            guard let self else { return }
            for connection in connections.all where connection.generationNumber <= number { connection.cancel() }
            if isDraining { background.stop() }
        }
    }

    /// Ends everything at once.
    package func stop() {
        isDraining = true
        for connection in connections.all { connection.cancel() }
        background.stop()
        idleUpstreams.closeAll()
        // Of upstreams, for which some wait without a client.
        loop.cancelAllWaits()
    }
}

/// Counters of one loop, read by status pages of any other.
package final class LoopCounters: Sendable {
    package let accepted = Atomic<Int>(0)
    package let handled = Atomic<Int>(0)
    package let requests = Atomic<Int>(0)
    package let active = Atomic<Int>(0)
    package let reading = Atomic<Int>(0)
    package let writing = Atomic<Int>(0)
    package let waiting = Atomic<Int>(0)

    package init() {}
}
