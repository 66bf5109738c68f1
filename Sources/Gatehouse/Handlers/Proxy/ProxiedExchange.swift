import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// One request on its way through an upstream group: leases a peer, makes attempts, lets `RetryMachine` decide what a failure means, and
/// passes on the answer.
final class ProxiedExchange {
    let exchange: Exchange
    let sharedPlan: SharedProxyPlan
    let destination: ProxyDestination
    /// The destination's, or what its requests fall back to.
    @safe @exclusivity(unchecked) private(set) var group: UpstreamGroup
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) var retry: RetryMachine
    @safe @exclusivity(unchecked) private var tried = PeerSet()
    /// The peer of the current attempt, until the lease is given back.
    @safe @exclusivity(unchecked) private(set) var leased: UpstreamPeer?
    /// What the request says it belongs to, where the group is sticky.
    @safe @exclusivity(unchecked) private var stickyName: [UInt8] = []
    @safe @exclusivity(unchecked) var connection: UpstreamConnection?
    @safe @exclusivity(unchecked) var progress = RetryMachine.Progress(requestSent: false)
    @safe @exclusivity(unchecked) var attemptStart: MonotonicInstant
    /// The connection under way may carry another exchange afterwards.
    @safe @exclusivity(unchecked) var isReusable = false
    /// Part of a streamed request body was taken from the client.
    @safe @exclusivity(unchecked) var hasStreamedBody = false
    @safe @exclusivity(unchecked) var pace: UpstreamPace?
    /// How it went with the group of the destination; `nil` where that says nothing about it, as when the client left.
    @safe @exclusivity(unchecked) private(set) var end: CanaryResult.End?

    /// The connection and the lease were given back.
    var isUpstreamDone: Bool { leased == nil }

    var loop: EventLoop { exchange.context.loop }
    var plan: ProxyPlan { _read { yield sharedPlan.plan } }
    var settings: ProxySettings { _read { yield exchange.location.settings.proxy } }

    init(_ exchange: Exchange, plan: SharedProxyPlan, destination: ProxyDestination) {
        self.exchange = exchange
        sharedPlan = plan
        self.destination = destination
        group = destination.group
        attemptStart = exchange.context.loop.now
        retry = RetryMachine(
            rules: plan.plan.retry, isIdempotent: exchange.head.method.isIdempotent,
            peerTries: Self.peerTries(of: destination), start: attemptStart)
    }

    private static func peerTries(of destination: ProxyDestination) -> Int {
        destination.group.pool.tries + (destination.fallback?.pool.tries ?? 0)
    }

    func run() async -> Disposition {
        if let stickiness = group.stickiness { stickyName = stickiness.name(in: exchange) }
        while true {
            if destination.fallback != nil, !tried.isEmpty, tried.count >= group.pool.tries { fallBack() }
            let hint = group.stickiness?.server(for: stickyName, now: loop.now) ?? []
            let request = UpstreamPool.Request(tried: tried, key: group.balancingKey(for: exchange), hint: hint)
            let leasing: UpstreamGroup.Leasing
            switch group.pool.leaseNow(request, now: loop.now) {
            case .use(let peer): leasing = .use(peer)
            case let other:
                leasing = await group.follow(other, of: request, for: exchange, watchesClient: !settings.ignoresClientAbort)
                if tried.isEmpty && end == nil { retry.waitedForFirstPeer(peerTries: Self.peerTries(of: destination)) }
            }
            switch leasing {
            case .refused(let status, let reason):
                note(.unavailable)
                if fallBack() { continue }
                return exchange.refusedByGroup(group, status: status, reason)
            case .gone: return exchange.clientLeftQueue()
            case .use(let peer):
                leased = peer
                tried.insert(peer.id)
                if let disposition = await attempt(on: peer) { return disposition }
            }
        }
    }

    /// Makes attempts on the leased peer and gives the lease back.
    /// - Returns: `nil` to go on with another peer.
    @inline(__always) private func attempt(on peer: UpstreamPeer) async -> Disposition? {
        var mayReuse = true
        while true {
            beginAttempt(on: peer)
            let failure: UpstreamFailure
            do throws(UpstreamFailure) {
                // Each step waits only where it has to: most requests wait once, for the answer.
                if !(mayReuse && takeKeptConnection(to: peer)) { try await connect(to: peer) }
                if let unsent = try startRequest() { try await finish(unsent) }
                try await readHead()
                return await finishAttempt()
            } catch {
                failure = error
            }
            if let disposition = failure.disposition {
                closeConnection()
                release(LeaseReport(.unused))
                return disposition
            }
            noteTimes()
            progress.bodyIsRepeatable = !hasStreamedBody
            await findOutDelivery(after: failure.kind)
            if failure.kind == .error && progress.connectionWasKept && !progress.responseReceived { connection?.lostRace(now: loop.now) }
            closeConnection()
            let result = retry.attemptFailed(failure.kind, progress, now: loop.now)
            if result == .retrySameFresh {
                exchange.upstreamLog.attempts.removeLast()
                mayReuse = false
                continue
            }
            log(.error, failure.reason)
            if failure.kind == .invalidHeader { exchange.proxyError = .protocolError }
            exchange.upstreamLog.update { $0.status = failure.kind.status }
            release(exchange.upstreamLog.report(.failed))
            note(failure.kind == .timeout ? .timeout : .reset)
            switch result {
            case .nextPeer: return nil
            case .giveUp where !progress.requestSent && fallBack(): return nil
            case .giveUp(let status): return .status(status)
            case .cut, .retrySameFresh:
                exchange.response.closesConnection = true
                return .done
            }
        }
    }

    /// The head is here: test it, pass the answer on, give the lease back.
    @inline(__always) private func finishAttempt() async -> Disposition? {
        let status = exchange.upstreamLog.head.status
        exchange.upstreamLog.update { $0.status = status }
        progress.bodyIsRepeatable = !hasStreamedBody
        if case .nextPeer(let outcome) = retry.responseReceived(status: status, progress, now: loop.now) {
            closeConnection()
            noteTimes()
            release(LeaseReport(outcome, status: status))
            note(.answered(status: status))
            return nil
        }
        note(.answered(status: status))
        if group.stickiness != nil || group.method.needsHeaderEvents { await tellOfHead() }
        pace = UpstreamPace(exchange)
        let result = await passOn()
        if result.outcome == .failed { note(.reset) }
        finishUpstream(result.outcome)
        return result.disposition
    }

    /// The head is the one that the client gets.
    private func tellOfHead() async {
        guard let peer = leased else { return }
        if let stickiness = group.stickiness, stickiness.learnsFromHead {
            stickiness.answered(exchange, by: peer, name: stickyName, now: loop.now)
        }
        if group.method.needsHeaderEvents { await group.pool.headerReceived(peer, after: loop.now - attemptStart, now: loop.now) }
    }

    /// The upstream is through with this request: keeps or closes its connection and gives the lease back. At the latest when the answer
    /// was passed on, earlier when all of it waits here for a slow client.
    func finishUpstream(_ outcome: PoolMachine.LeaseOutcome) {
        if isUpstreamDone { return }
        noteTimes()
        if let connection, isReusable {
            exchange.context.idleUpstreams.keep(connection, now: loop.now)
        } else {
            connection?.close()
        }
        connection = nil
        if outcome == .succeeded, let peer = leased, let stickiness = group.stickiness, !stickiness.learnsFromHead {
            stickiness.answered(exchange, by: peer, name: stickyName, now: loop.now)
        }
        release(exchange.upstreamLog.report(outcome))
    }

    /// A kept connection was closed under a request that must not be executed twice: has the upstream seen it?
    private func findOutDelivery(after failure: RetryMachine.Failure) async {
        guard let connection, retry.mustKnowDelivery(failure, progress) else { return }
        let deadline = loop.now + ProxiedExchange.longestDoubt
        let delivery = await connection.stream.socket.settledDelivery(since: connection.sentBefore, deadline: deadline)
        progress.deliveredNothing = delivery == .unsent || delivery == .refused
    }

    /// The reset that answers a request to a closed connection takes one round trip.
    private static let longestDoubt = Duration.milliseconds(250)

    // MARK: Falling back

    /// Goes on with the group that stands in for this one, if there is one.
    @discardableResult
    private func fallBack() -> Bool {
        guard let next = destination.fallback, next !== group else { return false }
        log(.warn, "upstream \"\(group.settings.name)\" serves nobody, \"\(next.settings.name)\" takes its request")
        group = next
        tried.removeAll()
        stickyName = next.stickiness?.name(in: exchange) ?? []
        return true
    }

    /// Of an attempt on the destination's own group; the last one counts.
    private func note(_ end: CanaryResult.End) {
        if group === destination.group { self.end = end }
    }

    // MARK: Bookkeeping

    private func beginAttempt(on peer: UpstreamPeer) {
        attemptStart = loop.now
        progress = RetryMachine.Progress(requestSent: false)
        isReusable = false
        exchange.proxyError = nil
        exchange.upstreamLog.begin(peer.text)
    }

    func noteTimes() {
        let elapsed = loop.now - attemptStart
        exchange.upstreamLog.update { $0.responseTime = elapsed }
    }

    func closeConnection() {
        connection?.close()
        connection = nil
    }

    private func release(_ report: LeaseReport) {
        guard let peer = leased else { return }
        leased = nil
        var report = report
        report.isRetry = tried.count > 1
        let result = group.pool.releasedNow(peer, report, now: loop.now)
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
