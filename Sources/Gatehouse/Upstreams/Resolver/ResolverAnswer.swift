import GatehouseWire

/// What the name servers say about a name.
enum ResolverAnswer: Equatable, Sendable {
    /// Each once and in ascending order, IPv4 first: servers rotate their answers, and the same addresses shall be the same.
    case found([IPAddress])
    /// Another name has to be looked up instead.
    case alias(DNSName)
    case failed(ResolverFailure)
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
