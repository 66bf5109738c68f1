import GatehouseWire

/// Decides one lookup: what to ask, what to believe, whom to ask next, and when it is done.
///
/// Asks for A and AAAA at once, or for SRV. An answer counts only with the number and the question of a query that is still open; the caller
/// sees to it that it came from the server that was asked. Knows no socket and no clock: `LookupExchange` performs what it returns.
struct LookupMachine: Equatable, Sendable {
    struct Query: Equatable, Sendable {
        let question: DNSQuestion
        let id: UInt16

        var message: [UInt8] { question.query(id: id) }
    }

    struct Completion: Equatable, Sendable {
        let answer: ResolverAnswer
        /// How long the answer holds, as it says itself; nil when it must not be remembered.
        let lifetime: Duration?
    }

    enum Reception: Equatable {
        /// None of ours, or of no use: wait on.
        case ignored
        /// An answer, and another is still to come.
        case expectsMore
        case askOverTCP(Query)
        case complete(Completion)
    }

    enum Retry: Equatable {
        case askNextServer
        /// All servers failed in a row.
        case waitForNextRound
    }

    /// What is not answered yet.
    private(set) var open: [Query]
    /// The index of the server to ask.
    private(set) var server: Int

    private let serverCount: Int
    private var failuresInRow = 0
    private var addresses: [IPAddress] = []
    private var services: [DNSService] = []
    private var failure: ResolverFailure?
    private var lifetime: Duration?

    init(
        _ name: DNSName, types: [DNSRecordType], server: Int, of serverCount: Int, using random: inout some RandomNumberGenerator
    ) {
        self.server = server
        self.serverCount = serverCount
        open = types.map { Query(question: DNSQuestion(name: name, type: $0), id: .random(in: 0...UInt16.max, using: &random)) }
    }

    // MARK: Servers

    /// Nobody has answered for a while, as after a lost datagram: ask the next server, or the only one again.
    mutating func roundEnded() {
        failuresInRow = 0
        server = (server + 1) % serverCount
    }

    /// The server could not be asked, or nobody listens there.
    mutating func serverFailed() -> Retry {
        failuresInRow += 1
        if failuresInRow >= serverCount { return .waitForNextRound }
        server = (server + 1) % serverCount
        return .askNextServer
    }

    // MARK: Answers

    mutating func messageReceived(_ bytes: Span<UInt8>, overTCP: Bool) -> Reception {
        guard let message = try? DNSMessage(bytes), message.isResponse, let question = message.question else { return .ignored }
        guard let index = open.firstIndex(where: { $0.id == message.id && $0.question == question }) else { return .ignored }
        if message.isTruncated { return overTCP ? .ignored : .askOverTCP(open[index]) }
        switch message.responseCode {
        // As nginx: a server that did not understand the query, or says what it cannot know, has not answered.
        case 1, 6...: return .ignored
        default: break
        }
        open.remove(at: index)
        let last = take(message, answering: question)
        return open.isEmpty ? .complete(completion(last: last)) : .expectsMore
    }

    /// What one answer has, for when there is nothing else: the alias of the name, or how long it holds that there is nothing.
    private enum Rest {
        case nothing
        case alias(DNSName?)
        case none(for: Duration?)

        init<Content>(_ finding: DNSFinding<Content>) {
            switch finding {
            case .found: self = .nothing
            case .alias(let target, _): self = .alias(target)
            case .none(let duration): self = .none(for: duration)
            }
        }
    }

    private mutating func take(_ message: DNSMessage, answering question: DNSQuestion) -> Rest {
        guard message.responseCode == 0 else {
            failure = ResolverFailure(rawValue: Int(message.responseCode))
            return .none(for: message.responseCode == 3 ? message.negativeLifetime : nil)
        }
        if question.type == .srv {
            let finding = message.services(answering: question)
            services += note(finding)
            return Rest(finding)
        }
        let finding = message.addresses(answering: question)
        addresses += note(finding)
        return Rest(finding)
    }

    private mutating func note<Content>(_ finding: DNSFinding<Content>) -> [Content] {
        switch finding {
        case .found(let contents, let duration):
            lifetime = min(lifetime ?? duration, duration)
            return contents
        case .alias(_, let duration):
            lifetime = min(lifetime ?? duration, duration)
            return []
        case .none: return []
        }
    }

    /// As nginx decides: any error is one, addresses of either family will do, and without them the later answer counts.
    private func completion(last: Rest) -> Completion {
        if let failure, failure != .hostNotFound { return Completion(answer: .failed(failure), lifetime: nil) }
        if failure == nil {
            if !addresses.isEmpty { return Completion(answer: .found(Set(addresses).sorted()), lifetime: lifetime) }
            if !services.isEmpty { return Completion(answer: .services(services), lifetime: lifetime) }
        }
        switch last {
        case .alias(let target?) where failure == nil: return Completion(answer: .alias(target), lifetime: lifetime)
        case .none(let duration): return Completion(answer: .failed(.hostNotFound), lifetime: duration)
        case .alias, .nothing: return Completion(answer: .failed(.hostNotFound), lifetime: nil)
        }
    }
}
