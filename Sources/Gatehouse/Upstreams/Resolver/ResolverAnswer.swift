import GatehouseWire

/// What the name servers are asked: for the addresses of a host, or for the servers of a service.
struct ResolverQuestion: Hashable, Sendable {
    enum Kind: Sendable { case addresses, services }

    var name: DNSName
    var kind: Kind

    init(_ name: DNSName, _ kind: Kind = .addresses) {
        self.name = name
        self.kind = kind
    }
}

/// What the name servers say about a name.
enum ResolverAnswer: Equatable, Sendable {
    /// Each once and in ascending order, IPv4 first: servers rotate their answers, and the same addresses shall be the same.
    case found([IPAddress])
    /// The servers of a service, as they came.
    case services([DNSService])
    /// Another name has to be looked up instead.
    case alias(DNSName)
    case failed(ResolverFailure)
}

/// An answer, and until when it holds.
struct DatedAnswer: Equatable, Sendable {
    var answer: ResolverAnswer
    /// Nil for what must not be remembered.
    var until: MonotonicInstant?
}

/// Why there are no addresses: the response codes of RFC 1035 section 4.1.1, and the lapse of `resolver_timeout`.
struct ResolverFailure: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    let rawValue: Int

    static let formatError = ResolverFailure(rawValue: 1)
    static let serverFailure = ResolverFailure(rawValue: 2)
    static let hostNotFound = ResolverFailure(rawValue: 3)
    static let refused = ResolverFailure(rawValue: 5)
    static let timedOut = ResolverFailure(rawValue: 110)

    /// As nginx's log has it between parentheses.
    var description: String {
        switch rawValue {
        case 1: "1: Format error"
        case 2: "2: Server failure"
        case 3: "3: Host not found"
        case 4: "4: Unimplemented"
        case 5: "5: Operation refused"
        case 110: "110: Operation timed out"
        default: "\(rawValue): Unknown error"
        }
    }
}
