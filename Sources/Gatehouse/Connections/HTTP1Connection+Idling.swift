import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Between two requests.
extension HTTP1Connection: IdleWatcher {
    package func idleSocketStirred() { idleConnections.wake(facts.number) }

    /// Waits for the first byte of a request without holding a buffer.
    /// - Returns: whether there is one. When there is none, the connection has ended, or is parked.
    func waitForRequest() async -> Bool {
        if let input, !input.isEmpty { return true }
        if context.isDraining && facts.requests > 0 { return false }
        do throws(StreamError) {
            // What is there already is taken without giving the buffer back in between.
            if stream.mayReceive, let count = try stream.receiveNow(into: takeInput(), limit: readLimit) {
                idleDeadline = nil
                requestBytes = count
                return count > 0
            }
            giveBackInput()
            beginIdling()
            try await waitWhileIdle()
            if !isParked { endIdling() }
            return !isParked
        } catch {
            endIdling()
            logSilence(error)
            return false
        }
    }

    /// Returns when there is something to receive, or when the connection is parked.
    @inline(__always) private func waitWhileIdle() async throws(StreamError) {
        let deadline = idleDeadline ?? context.loop.now + idleTimeout
        idleDeadline = nil
        do throws(StreamError) {
            return try await stream.waitReadable(deadline: min(deadline, context.loop.now + IdleConnections.patience))
        } catch {
            guard error.isTimeout, context.loop.now < deadline else { throw error }
        }
        isParked = idleConnections.park(self, until: deadline)
        if isParked { idleDeadline = deadline } else { try await stream.waitReadable(deadline: deadline) }
    }

    private var idleTimeout: Duration {
        facts.requests == 0 ? binding.configuration.defaultServer.settings.clientHeaderTimeout : writer.keepaliveTimeout
    }

    private func beginIdling() {
        isIdle = true
        context.counters.waiting.add(1, ordering: .relaxed)
    }

    private func endIdling() {
        guard isIdle else { return }
        isIdle = false
        context.counters.waiting.subtract(1, ordering: .relaxed)
    }

    /// The connection has a task again.
    func unpark() {
        guard isParked else { return }
        isParked = false
        endIdling()
    }
}
