/// Why another proxy made no connection.
package enum ParentFailure: Error, Sendable, Equatable, CustomStringConvertible {
    case malformed
    /// It asks for credentials, or for others.
    case refusesUs
    case socks(SOCKSReply)
    case status(Int)

    package var description: String {
        switch self {
        case .malformed: "parent proxy sent an invalid answer"
        case .refusesUs: "parent proxy does not accept our credentials"
        case .socks(let reply): "parent proxy refused with SOCKS reply \(reply.rawValue)"
        case .status(let status): "parent proxy answered \(status)"
        }
    }

    /// In the words of `Proxy-Status`.
    package var error: ProxyError {
        switch self {
        case .malformed: .protocolError
        case .refusesUs: .configurationError
        case .socks(.connectionRefused): .connectionRefused
        case .socks(.hostUnreachable): .dnsError
        case .socks(.networkUnreachable): .destinationUnroutable
        case .socks(.notAllowed), .status(403): .requestDenied
        case .socks, .status: .connectionTerminated
        }
    }
}
