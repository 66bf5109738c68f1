import GatehousePolicy
import GatehouseWire

extension UpstreamPool {
    /// The right to use one server for one request. It exists only inside the body of `withUpstream` and can't be copied, so it comes back
    /// exactly once, whatever happens.
    public struct Lease: ~Copyable {
        let peer: UpstreamPeer
        let start: MonotonicInstant
        private let pool: UpstreamPool
        private var headerTime: Duration?
        private var status = 0
        private var hasFailed = false

        /// Which attempt of its request this is, from 1 on.
        public let attempt: Int

        init(_ peer: UpstreamPeer, of pool: UpstreamPool, attempt: Int) {
            self.peer = peer
            self.pool = pool
            self.attempt = attempt
            start = pool.clock.now()
        }

        /// The name of the server, as it was given to the group.
        public var name: String { peer.name }

        /// The head of the response is here. `leastTime(.header)` goes by when that was; a status of 500 or more counts as an error where
        /// outliers are ejected.
        public mutating func responseBegan(status: Int = 200) {
            let now = pool.clock.now()
            self.status = status
            if headerTime == nil { pool.headerReceivedNow(peer, after: start.duration(to: now), now: now) }
            headerTime = start.duration(to: now)
        }

        /// The server failed, though the body will return: counts against `maxFails`, as an error that is thrown does.
        public mutating func fail() { hasFailed = true }

        /// - Parameter outcome: how the body ended. Where it returned without a word about the head, that came with the end.
        mutating func report(_ outcome: PoolMachine.LeaseOutcome) -> LeaseReport {
            let outcome = outcome == .succeeded && hasFailed ? .failed : outcome
            if outcome == .succeeded && headerTime == nil { responseBegan(status: status) }
            let time = start.duration(to: pool.clock.now())
            return LeaseReport(outcome, headerTime: headerTime, lastByteTime: time, status: status, isRetry: attempt > 1)
        }
    }

    /// Runs `body` with the right to use a server of the group.
    ///
    /// A body that returns has succeeded. One that throws has failed, which counts against the server (`maxFails`), unless the task was
    /// cancelled. Where the group has a queue and its servers are only busy, this suspends until one is free.
    /// - Parameters:
    ///   - key: what `hash` and `ipHash` choose by; other methods don't read it.
    ///   - route: the ``Server/route`` of the server that the request is bound to; that one is used if it can be, even where it is draining.
    ///   - tries: how many servers are tried, one after the other, while `body` throws. More than one only for what may be done twice.
    ///   - body: does the request; runs where the caller does.
    /// - Throws: ``UpstreamError`` when there is no server to be had, `CancellationError` when the task is cancelled while it waits, else what
    ///   `body` threw the last time.
    nonisolated(nonsending) public func withUpstream<Result>(
        for key: String = "", boundTo route: String = "", tries: Int = 1, _ body: (inout Lease) async throws -> Result
    ) async throws -> Result {
        var request = Request(key: balancingKey(key), hint: Array(route.utf8))
        var failure: (any Error)?
        var attempt = 0
        while true {
            attempt += 1
            var lease = Lease(try await peer(for: request, after: failure), of: self, attempt: attempt)
            request.tried.insert(lease.peer.id)
            do {
                let result = try await body(&lease)
                _ = await released(lease.peer, lease.report(.succeeded), now: clock.now())
                return result
            } catch {
                let isCancelled = Task.isCancelled
                _ = await released(lease.peer, lease.report(isCancelled ? .unused : .failed), now: clock.now())
                if isCancelled || attempt >= tries { throw error }
                failure = error
            }
        }
    }

    private nonisolated func balancingKey(_ key: String) -> [UInt8] {
        rules.method == .ipHash ? BalancingMethod.addressKey(IPAddress(key)) : Array(key.utf8)
    }

    /// - Parameter failure: how the attempt before went. Where no other server is to be had, it tells more than that.
    private nonisolated(nonsending) func peer(for request: Request, after failure: (any Error)?) async throws -> UpstreamPeer {
        do {
            return try await peer(for: request)
        } catch let error as UpstreamError {
            throw failure ?? error
        }
    }

    private nonisolated(nonsending) func peer(for request: Request) async throws -> UpstreamPeer {
        switch await lease(request, now: clock.now()) {
        case .use(let peer): return peer
        case .noneLive: throw UpstreamError.noneLive
        case .queueFull: throw UpstreamError.queueFull
        case .overloaded: throw UpstreamError.overloaded
        case .wait(let id, let waiter):
            let outcome = await wait(on: waiter)
            if case .granted(let peer) = outcome { return peer }
            await waiterLeft(id)
            if case .timedOut = outcome { throw UpstreamError.timedOut }
            throw CancellationError()
        }
    }

    /// Ends with a server, after `queue … timeout=` on the pool's clock, or when the task is cancelled.
    private nonisolated(nonsending) func wait(on waiter: LeaseWaiter) async -> LeaseWaitOutcome {
        let end = clock.now() + (rules.queue?.timeout ?? .seconds(60))
        return await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [clock] in
                    if (try? await clock.sleep(end)) != nil { waiter.end(.timedOut) }
                }
                let outcome = await waiter.wait()
                group.cancelAll()
                return outcome
            }
        } onCancel: {
            waiter.end(.gone)
        }
    }
}
