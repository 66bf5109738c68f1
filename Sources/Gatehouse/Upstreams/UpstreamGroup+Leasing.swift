import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

extension UpstreamGroup {
    /// What came of asking for a peer.
    enum Leasing {
        case use(UpstreamPeer)
        /// Nobody takes the request: the answer's status, and why, for the log.
        case refused(status: Int, reason: String)
        /// The client left while its request waited, or the server stops.
        case gone
    }

    /// Gets a peer for the request of `exchange`. Suspends while it waits in the group's queue.
    /// - Parameter watchesClient: a client that leaves ends the wait (`proxy_ignore_client_abort off`).
    func lease(_ request: UpstreamPool.Request, for exchange: Exchange, watchesClient: Bool) async -> Leasing {
        await follow(
            pool.leaseNow(request, now: exchange.context.loop.now), of: request, for: exchange, watchesClient: watchesClient)
    }

    /// The same once the pool has been asked.
    // Never inlined: what waiting needs would be made for every request.
    @inline(never) func follow(
        _ result: UpstreamPool.LeaseResult, of request: UpstreamPool.Request, for exchange: Exchange, watchesClient: Bool
    ) async -> Leasing {
        switch result {
        case .use(let peer): return .use(peer)
        case .noneLive: return .refused(status: 502, reason: "no live upstreams")
        case .queueFull: return .refused(status: 502, reason: "the queue is full, no live upstreams")
        case .overloaded: return overloaded(request, exchange)
        case .wait(let id, let waiter):
            let outcome = await wait(on: waiter, exchange, watchesClient: watchesClient)
            if case .granted(let peer) = outcome { return .use(peer) }
            await pool.waiterLeft(id)
            switch outcome {
            case .granted(let peer): return .use(peer)  // seen above
            case .gone: return .gone
            case .noneLive: return .refused(status: 502, reason: "no live upstreams")
            case .timedOut: return .refused(status: 502, reason: "timed out in the queue, no live upstreams")
            }
        }
    }

    /// An answer at once, with the time after which to ask again. A repetition that the limits forbid ends with the failure it was to
    /// make good.
    private func overloaded(_ request: UpstreamPool.Request, _ exchange: Exchange) -> Leasing {
        if !request.tried.isEmpty, let status = exchange.upstreamLog.attempts.last?.status, status >= 400 {
            return .refused(status: status, reason: "the limits of the group allow no further attempt")
        }
        let seconds = max(1, settings.overload.retryAfter.components.seconds)
        exchange.response.fields.append(.retryAfter, Array(String(seconds).utf8))
        return .refused(status: 503, reason: "the limits of the group are reached")
    }

    private func wait(on waiter: LeaseWaiter, _ exchange: Exchange, watchesClient: Bool) async -> LeaseWaitOutcome {
        let loop = exchange.context.loop
        let timer = loop.schedule(at: loop.now + longestWait) { waiter.end(.timedOut) }
        defer { timer.cancel() }
        guard let client = exchange.client.watchedSocket else { return await waiter.wait(untilCancelled: .gone) }
        client.watchEnd { isCancelled in
            if isCancelled || watchesClient { waiter.end(.gone) }
        }
        defer { client.stopWatchingEnd() }
        return await waiter.wait()
    }

    /// `queue … timeout=`; where requests wait only for names to be resolved, as long as that may take.
    private var longestWait: Duration { settings.queue?.timeout ?? settings.resolver?.timeout ?? .seconds(30) }
}

extension Exchange {
    /// No peer takes the request.
    func refusedByGroup(_ group: UpstreamGroup, status: Int, _ reason: String) -> Disposition {
        upstreamLog.begin(Array(group.settings.name.utf8))
        upstreamLog.update { $0.status = status }
        proxyError = proxyError ?? .destinationUnavailable
        generation.log(.error, "\(reason) while connecting to upstream", self)
        return .status(status)
    }

    /// Nobody waits for the answer any more, or we are told to stop.
    func clientLeftQueue() -> Disposition {
        let error = ClientError(.gone, "client prematurely closed connection while waiting for an upstream")
        generation.log(.info, error.reason, self)
        return disposition(of: error)
    }
}
