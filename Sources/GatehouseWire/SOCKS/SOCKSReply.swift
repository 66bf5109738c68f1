/// The answers to a SOCKS5 request (RFC 1928 §6).
package enum SOCKSReply: UInt8, Sendable, CaseIterable {
    case succeeded = 0
    case generalFailure = 1
    case notAllowed = 2
    case networkUnreachable = 3
    case hostUnreachable = 4
    case connectionRefused = 5
    case commandNotSupported = 7
    case addressTypeNotSupported = 8

    /// The whole message. From where the connection was made is nobody's business: the address in it is 0.0.0.0:0.
    package var bytes: [UInt8] { [5, rawValue, 0, 1, 0, 0, 0, 0, 0, 0] }

    /// The success that tells where datagrams are taken.
    package static func relay(at address: IPAddress, port: UInt16) -> [UInt8] {
        [5, SOCKSReply.succeeded.rawValue, 0] + SOCKSAddress.bytes(of: address, port: port)
    }

    /// What a refusal in HTTP's words is in SOCKS's.
    package init(refusal status: Int, _ error: ProxyError?) {
        switch error {
        case .destinationProhibited, .requestDenied, .loopDetected: self = .notAllowed
        case .dnsError, .dnsTimeout, .connectionTimeout, .destinationUnavailable: self = .hostUnreachable
        case .destinationUnroutable: self = .networkUnreachable
        case .connectionRefused: self = .connectionRefused
        default: self = status == 403 || status == 407 ? .notAllowed : .generalFailure
        }
    }
}
