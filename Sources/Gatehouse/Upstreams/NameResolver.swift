import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// Owns what is known about names and who waits for them, for all requests with one `resolver` directive.
///
/// Requests bring their own loops: the one that asks the servers does so on its loop and in its task, the others wait for it.
package actor NameResolver {
    package enum Result: Sendable, Equatable {
        /// In ascending order, IPv4 first. Whoever connects spreads the load over them.
        case found([IPAddress])
        /// Why not, as nginx's log has it between parentheses.
        case failed(String)
        /// The client has left, or the server stops: nobody wants to know any more.
        case abandoned
    }

    /// The client's socket, watched while its request asks the servers: the request is given up when the socket is cancelled, or comes
    /// into a state of interest.
    package typealias Client = (socket: Socket, interest: Interest)

    /// Aliases that are followed for one request, as in nginx.
    static let mostAliases = 50

    private let servers: [SocketAddress]
    private var machine: ResolverMachine
    private var waiters: [ResolverMachine.WaiterID: LookupWaiter] = [:]
    private var random = UnpredictableGenerator()

    /// `servers` are those of the settings, of which there has to be one.
    package init(_ settings: ResolverSettings, servers: [SocketAddress]) {
        precondition(!servers.isEmpty, "a resolver without name servers")
        self.servers = servers
        let types: [DNSRecordType] = (settings.usesIPv4 ? [.a] : []) + (settings.usesIPv6 ? [.aaaa] : [])
        machine = ResolverMachine(.init(serverCount: servers.count, valid: settings.valid, types: types))
    }

    /// The addresses of `name`. Called by a task of `loop`; suspends until the servers have answered or `timeout` (`resolver_timeout`,
    /// zero for none) has passed.
    package nonisolated func resolve(
        _ name: String, timeout: Duration, on loop: EventLoop, watching client: Client? = nil
    ) async -> Result {
        guard var name = DNSName(name) else { return .failed(ResolverFailure.hostNotFound.description) }
        let deadline = timeout > .zero ? loop.now + timeout : nil
        for _ in 0...Self.mostAliases {
            switch await answer(for: name, on: loop, watching: client, deadline: deadline) {
            case .found(let addresses): return .found(addresses)
            case .alias(let target): name = target
            case .failed(let failure): return .failed(failure.description)
            case nil:
                let isOver = deadline.map { !(loop.now < $0) } ?? false
                return isOver ? .failed(ResolverFailure.timedOut.description) : .abandoned
            }
        }
        return .failed(ResolverFailure.hostNotFound.description)
    }

    /// Nil when the request gave up.
    private nonisolated func answer(
        for name: DNSName, on loop: EventLoop, watching client: Client?, deadline: MonotonicInstant?
    ) async -> ResolverAnswer? {
        switch await begin(name, now: loop.now) {
        case .answer(let answer): return answer
        case .lead(let lookup): return await lead(lookup, name, on: loop, watching: client, deadline: deadline)
        case .wait(let id, let waiter):
            let timer = deadline.map { loop.schedule(at: $0) { waiter.end(.gaveUp) } }
            let outcome = await waiter.wait()
            timer?.cancel()
            switch outcome {
            case .answer(let answer): return answer
            case .lead(let lookup): return await lead(lookup, name, on: loop, watching: client, deadline: deadline)
            case .gaveUp:
                await waiterLeft(name, id)
                return nil
            }
        }
    }

    /// Asks the servers for everybody that waits for `name`. Nil when the request gave up.
    private nonisolated func lead(
        _ lookup: LookupMachine, _ name: DNSName, on loop: EventLoop, watching client: Client?, deadline: MonotonicInstant?
    ) async -> ResolverAnswer? {
        var exchange = LookupExchange(lookup, servers: servers, on: loop, watching: client, deadline: deadline)
        guard let completion = await exchange.run() else {
            await leaderLeft(name)
            return nil
        }
        await lookupEnded(name, completion, now: loop.now)
        return completion.answer
    }
}

// MARK: - What the machine says

extension NameResolver {
    private enum Turn: Sendable {
        case answer(ResolverAnswer)
        case lead(LookupMachine)
        case wait(ResolverMachine.WaiterID, LookupWaiter)
    }

    private func begin(_ name: DNSName, now: MonotonicInstant) -> Turn {
        switch machine.lookUp(name, now: now, using: &random) {
        case .answer(let answer): return .answer(answer)
        case .lead(let lookup): return .lead(lookup)
        case .wait(let id):
            let waiter = LookupWaiter()
            waiters[id] = waiter
            return .wait(id, waiter)
        }
    }

    private func lookupEnded(_ name: DNSName, _ completion: LookupMachine.Completion, now: MonotonicInstant) {
        for id in machine.lookupEnded(name, completion, now: now) {
            waiters.removeValue(forKey: id)?.end(.answer(completion.answer))
        }
    }

    /// Finds another leader. One that has given up meanwhile is passed over.
    private func leaderLeft(_ name: DNSName) {
        while let id = machine.leaderLeft(name) {
            guard let waiter = waiters.removeValue(forKey: id) else { continue }
            if waiter.end(.lead(machine.makeLookup(name, using: &random))) { return }
        }
    }

    private func waiterLeft(_ name: DNSName, _ id: ResolverMachine.WaiterID) {
        waiters.removeValue(forKey: id)
        machine.waiterLeft(name, id)
    }
}
