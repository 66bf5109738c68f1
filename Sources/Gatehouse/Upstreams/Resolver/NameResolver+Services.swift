import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

extension NameResolver {
    /// What name servers say about a name whose peers are kept in step with it.
    struct NameReport: Sendable {
        var answer: NameAnswer
        /// Why there is no answer, or one without peers, and why there are no addresses of a target: for the log, as nginx has it.
        var failure: String?
        var targetFailures: [(target: String, failure: String)] = []

        init(_ answer: NameAnswer, failure: ResolverFailure? = nil) {
            self.answer = answer
            self.failure = failure?.description
        }
    }

    /// Targets of one service whose addresses are looked up at the same time.
    private static let mostLookups = 16

    /// The addresses of `name`, once. Nil when the task is cancelled.
    nonisolated func report(on name: DNSName, timeout: Duration, on loop: EventLoop) async -> NameReport? {
        guard let found = await find(ResolverQuestion(name), timeout: timeout, on: loop) else { return nil }
        switch found.answer {
        case .found(let addresses): return NameReport(.addresses(addresses, until: found.until ?? loop.now))
        case .failed(let failure): return Self.report(failure, until: found.until)
        case .services, .alias: return Self.report(.hostNotFound, until: nil)
        }
    }

    /// The servers of a service with their addresses, once. Nil when the task is cancelled.
    nonisolated func report(onService name: DNSName, timeout: Duration, on loop: EventLoop) async -> NameReport? {
        guard let found = await find(ResolverQuestion(name, .services), timeout: timeout, on: loop) else { return nil }
        switch found.answer {
        case .services(let services): return await report(on: services, until: found.until, timeout: timeout, on: loop)
        case .failed(let failure): return Self.report(failure, until: found.until)
        case .found, .alias: return Self.report(.hostNotFound, until: nil)
        }
    }

    private static func report(_ failure: ResolverFailure, until: MonotonicInstant?) -> NameReport {
        NameReport(failure == .hostNotFound ? .none(until: until) : .failed, failure: failure)
    }

    private nonisolated func report(
        on services: [DNSService], until: MonotonicInstant?, timeout: Duration, on loop: EventLoop
    ) async -> NameReport? {
        let services = services.prefix(NameRefreshMachine.mostPeers)
        guard let answers = await addresses(of: Set(services.map(\.target)), timeout: timeout, on: loop) else { return nil }
        var earliest = until ?? loop.now
        var report = NameReport(.failed)
        let described = services.map { service in
            let answer = answers[service.target] ?? DatedAnswer(answer: .failed(.timedOut), until: nil)
            let target = service.target.description
            let addresses: NameAnswer.Addresses
            switch answer.answer {
            case .found(let found):
                addresses = .found(found)
                earliest = min(earliest, answer.until ?? loop.now)
            case .failed(let failure):
                addresses = failure == .hostNotFound ? .none : .failed
                report.targetFailures.append((target, failure.description))
            case .services, .alias: addresses = .none
            }
            return NameAnswer.Service(
                priority: service.priority, weight: service.weight, port: service.port, target: target, addresses: addresses)
        }
        report.answer = .services(described, until: earliest)
        return report
    }

    /// Looks several names up, so many at a time. Nil when the task is cancelled.
    private nonisolated func addresses(
        of names: Set<DNSName>, timeout: Duration, on loop: EventLoop
    ) async -> [DNSName: DatedAnswer]? {
        await withTaskGroup(of: (DNSName, DatedAnswer?).self) { group in
            var rest = Array(names)[...]
            var answers: [DNSName: DatedAnswer] = [:]
            func startNext() {
                guard let name = rest.popFirst() else { return }
                group.addTask { (name, await self.find(ResolverQuestion(name), timeout: timeout, on: loop)) }
            }
            for _ in 0..<Self.mostLookups { startNext() }
            for await (name, answer) in group {
                guard let answer else { return nil }
                answers[name] = answer
                startNext()
            }
            return answers
        }
    }
}
