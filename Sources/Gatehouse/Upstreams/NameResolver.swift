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
    /// Names that are known without asking.
    private let hosts: HostsFile
    private let types: [DNSRecordType]
    private var machine: ResolverMachine
    private var waiters: [ResolverMachine.WaiterID: LookupWaiter] = [:]
    private var random = UnpredictableGenerator()

    /// `servers` are those of the settings, of which there has to be one; `hosts` are names that need none.
    init(_ settings: ResolverSettings, servers: [SocketAddress], hosts: HostsFile = HostsFile()) {
        precondition(!servers.isEmpty, "a resolver without name servers")
        self.servers = servers
        self.hosts = hosts
        let types: [DNSRecordType] = (settings.usesIPv4 ? [.a] : []) + (settings.usesIPv6 ? [.aaaa] : [])
        self.types = types
        machine = ResolverMachine(.init(serverCount: servers.count, valid: settings.valid, types: types))
    }

    /// The addresses of `name`. Called by a task of `loop`; suspends until the servers have answered or `timeout` (`resolver_timeout`,
    /// zero for none) has passed.
    package nonisolated func resolve(
        _ name: String, timeout: Duration, on loop: EventLoop, watching client: Client? = nil
    ) async -> Result {
        guard let name = DNSName(name) else { return .failed(ResolverFailure.hostNotFound.description) }
        guard let found = await find(ResolverQuestion(name), timeout: timeout, on: loop, watching: client) else { return .abandoned }
        switch found.answer {
        case .found(let addresses): return .found(addresses)
        case .failed(let failure): return .failed(failure.description)
        case .services, .alias: return .failed(ResolverFailure.hostNotFound.description)
        }
    }

    /// The answer at the end of the name's aliases, which is none itself, and until when all of that holds. Nil when the client has left
    /// or the task is cancelled.
    nonisolated func find(
        _ question: ResolverQuestion, timeout: Duration, on loop: EventLoop, watching client: Client? = nil
    ) async -> DatedAnswer? {
        let deadline = timeout > .zero ? loop.now + timeout : nil
        var question = question
        var until: MonotonicInstant?
        for _ in 0...Self.mostAliases {
            guard var found = await answer(for: question, on: loop, watching: client, deadline: deadline) else {
                let isOver = deadline.map { !(loop.now < $0) } ?? false
                return isOver ? DatedAnswer(answer: .failed(.timedOut), until: nil) : nil
            }
            if let own = found.until, let until { found.until = min(own, until) }
            guard case .alias(let target) = found.answer else { return found }
            question.name = target
            until = found.until
        }
        return DatedAnswer(answer: .failed(.hostNotFound), until: nil)
    }

    /// Nil when the request gave up.
    private nonisolated func answer(
        for question: ResolverQuestion, on loop: EventLoop, watching client: Client?, deadline: MonotonicInstant?
    ) async -> DatedAnswer? {
        if let known = known(question) { return known }
        switch await begin(question, now: loop.now) {
        case .answer(let answer): return answer
        case .lead(let lookup): return await lead(lookup, question, on: loop, watching: client, deadline: deadline)
        case .wait(let id, let waiter):
            let timer = deadline.map { loop.schedule(at: $0) { waiter.end(.gaveUp) } }
            let outcome = await waiter.wait(untilCancelled: .gaveUp)
            timer?.cancel()
            switch outcome {
            case .answer(let answer): return answer
            case .lead(let lookup): return await lead(lookup, question, on: loop, watching: client, deadline: deadline)
            case .gaveUp:
                await waiterLeft(question, id)
                return nil
            }
        }
    }

    /// From the hosts file, which is the same until the configuration is loaded again.
    private nonisolated func known(_ question: ResolverQuestion) -> DatedAnswer? {
        guard question.kind == .addresses else { return nil }
        let addresses = hosts.addresses(of: question.name, types)
        return addresses.isEmpty ? nil : DatedAnswer(answer: .found(addresses), until: .distantFuture)
    }

    /// Asks the servers for everybody that waits for the answer. Nil when the request gave up.
    private nonisolated func lead(
        _ lookup: LookupMachine, _ question: ResolverQuestion, on loop: EventLoop, watching client: Client?, deadline: MonotonicInstant?
    ) async -> DatedAnswer? {
        var exchange = LookupExchange(lookup, servers: servers, on: loop, watching: client, deadline: deadline)
        guard let completion = await exchange.run() else {
            await leaderLeft(question)
            return nil
        }
        return await lookupEnded(question, completion, now: loop.now)
    }
}

// MARK: - What the machine says

extension NameResolver {
    private enum Turn: Sendable {
        case answer(DatedAnswer)
        case lead(LookupMachine)
        case wait(ResolverMachine.WaiterID, LookupWaiter)
    }

    private func begin(_ question: ResolverQuestion, now: MonotonicInstant) -> Turn {
        switch machine.lookUp(question, now: now, using: &random) {
        case .answer(let answer): return .answer(answer)
        case .lead(let lookup): return .lead(lookup)
        case .wait(let id):
            let waiter = LookupWaiter()
            waiters[id] = waiter
            return .wait(id, waiter)
        }
    }

    private func lookupEnded(
        _ question: ResolverQuestion, _ completion: LookupMachine.Completion, now: MonotonicInstant
    ) -> DatedAnswer {
        let (answer, waiting) = machine.lookupEnded(question, completion, now: now)
        for id in waiting { waiters.removeValue(forKey: id)?.end(.answer(answer)) }
        return answer
    }

    /// Finds another leader. One that has given up meanwhile is passed over.
    private func leaderLeft(_ question: ResolverQuestion) {
        while let id = machine.leaderLeft(question) {
            guard let waiter = waiters.removeValue(forKey: id) else { continue }
            if waiter.end(.lead(machine.makeLookup(question, using: &random))) { return }
        }
    }

    private func waiterLeft(_ question: ResolverQuestion, _ id: ResolverMachine.WaiterID) {
        waiters.removeValue(forKey: id)
        machine.waiterLeft(question, id)
    }
}
