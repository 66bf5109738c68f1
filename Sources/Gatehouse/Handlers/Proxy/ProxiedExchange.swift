import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// One request on its way through an upstream group: leases a peer, makes attempts, lets `RetryMachine` decide what a failure means, and
/// passes on the answer.
final class ProxiedExchange {
    let exchange: Exchange
    let plan: ProxyPlan
    let destination: ProxyDestination
    let group: UpstreamGroup
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) var retry: RetryMachine
    @safe @exclusivity(unchecked) private var tried = PeerSet()
    /// The peer of the current attempt.
    @safe @exclusivity(unchecked) var peer = PeerID(index: 0)
    @safe @exclusivity(unchecked) var connection: UpstreamConnection?
    @safe @exclusivity(unchecked) var progress = RetryMachine.Progress(requestSent: false)
    @safe @exclusivity(unchecked) var attemptStart: MonotonicInstant
    /// The connection under way may carry another exchange afterwards.
    @safe @exclusivity(unchecked) var isReusable = false
    /// Part of a streamed request body was taken from the client.
    @safe @exclusivity(unchecked) var hasStreamedBody = false
    /// The connection and the lease were given back.
    @safe @exclusivity(unchecked) var isUpstreamDone = false
    @safe @exclusivity(unchecked) var pace: UpstreamPace?

    var loop: EventLoop { exchange.context.loop }
    var settings: ProxySettings { _read { yield exchange.location.settings.proxy } }

    init(_ exchange: Exchange, plan: ProxyPlan, destination: ProxyDestination) {
        self.exchange = exchange
        self.plan = plan
        self.destination = destination
        group = destination.group
        attemptStart = exchange.context.loop.now
        retry = RetryMachine(
            rules: plan.retry, isIdempotent: exchange.head.method.isIdempotent, peerTries: group.tries, start: attemptStart)
    }

    func run() async -> Disposition {
        while true {
            switch await group.pool.lease(excluding: tried, now: loop.now, key: group.balancingKey(for: exchange)) {
            case .noneLive:
                noteFailedAttempt(address: Array(group.settings.name.utf8), status: 502)
                log(.error, "no live upstreams while connecting to upstream")
                return .status(502)
            case .use(let peer):
                self.peer = peer
                tried.insert(peer)
            }
            if let disposition = await attemptOnPeer() { return disposition }
        }
    }

    /// Makes attempts on the leased peer and gives the lease back.
    /// - Returns: `nil` to go on with another peer.
    private func attemptOnPeer() async -> Disposition? {
        var mayReuse = true
        while true {
            beginAttempt()
            let failure: UpstreamFailure
            do throws(UpstreamFailure) {
                try await connect(reusing: mayReuse)
                try await sendRequest()
                try await readHead()
                return await finishAttempt()
            } catch {
                failure = error
            }
            closeConnection()
            if let disposition = failure.disposition {
                await release(.unused)
                return disposition
            }
            noteTimes()
            progress.bodyIsRepeatable = !hasStreamedBody
            let result = retry.attemptFailed(failure.kind, progress, now: loop.now)
            if result == .retrySameFresh {
                exchange.upstreamLog.attempts.removeLast()
                mayReuse = false
                continue
            }
            log(.error, failure.reason)
            exchange.upstreamLog.update { $0.status = failure.kind.status }
            await release(.failed)
            switch result {
            case .nextPeer: return nil
            case .giveUp(let status): return .status(status)
            case .cut, .retrySameFresh:
                exchange.response.closesConnection = true
                return .done
            }
        }
    }

    /// The head is here: test it, pass the answer on, give the lease back.
    private func finishAttempt() async -> Disposition? {
        let status = exchange.upstreamLog.head.status
        exchange.upstreamLog.update { $0.status = status }
        progress.bodyIsRepeatable = !hasStreamedBody
        if case .nextPeer(let outcome) = retry.responseReceived(status: status, progress, now: loop.now) {
            closeConnection()
            noteTimes()
            await release(outcome)
            return nil
        }
        pace = UpstreamPace(exchange)
        let result = await passOn()
        await finishUpstream(result.outcome)
        return result.disposition
    }

    /// The upstream is through with this request: keeps or closes its connection and gives the lease back. At the latest when the answer
    /// was passed on, earlier when all of it waits here for a slow client.
    func finishUpstream(_ outcome: PoolMachine.LeaseOutcome) async {
        if isUpstreamDone { return }
        isUpstreamDone = true
        noteTimes()
        if let connection, isReusable {
            exchange.context.idleUpstreams.keep(connection, now: loop.now)
        } else {
            connection?.close()
        }
        connection = nil
        await release(outcome)
    }

    // MARK: Bookkeeping

    private func beginAttempt() {
        attemptStart = loop.now
        progress = RetryMachine.Progress(requestSent: false)
        isReusable = false
        exchange.upstreamLog.begin(group.peers[peer.index].text)
    }

    func noteTimes() {
        let elapsed = loop.now - attemptStart
        exchange.upstreamLog.update { $0.responseTime = elapsed }
    }

    private func noteFailedAttempt(address: [UInt8], status: Int) {
        exchange.upstreamLog.begin(address)
        exchange.upstreamLog.update { $0.status = status }
    }

    func closeConnection() {
        connection?.close()
        connection = nil
    }

    private func release(_ outcome: PoolMachine.LeaseOutcome) async {
        let result = await group.pool.released(peer, outcome: outcome, now: loop.now)
        if result == .disabled { log(.warn, "upstream server temporarily disabled") }
    }

    func log(_ level: LogLevel, _ message: @autoclosure () -> String) {
        exchange.generation.log(level, message(), exchange)
    }
}

/// Why an attempt ended without a usable head.
struct UpstreamFailure: Error {
    var kind: RetryMachine.Failure
    /// For the log: nginx's sentence.
    var reason: String
    /// Set when the upstream is not to blame: what becomes of the request then.
    var disposition: Disposition?

    init(_ kind: RetryMachine.Failure, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    /// The client ended it.
    init(client error: ClientError, _ exchange: Exchange) {
        kind = .error
        reason = error.reason
        disposition = exchange.disposition(of: error)
    }

    /// Our own fault: what the configuration names cannot be had. No other peer would do better.
    init(configuration message: String, _ exchange: Exchange) {
        self.init(.error, message)
        disposition = .status(500)
        exchange.generation.log(.error, message, exchange)
    }

    /// A failure of the upstream's connection while `doing` something.
    init(_ error: StreamError, while doing: String) {
        if error.isTimeout {
            self.init(.timeout, "upstream timed out (110: Connection timed out) while \(doing)")
        } else {
            self.init(.error, "\(error.reason) while \(doing)")
        }
    }
}
