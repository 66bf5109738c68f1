/// What a SOCKS client asks for.
package struct SOCKSRequest: Sendable, Equatable {
    package enum Command: Sendable, Equatable {
        case connect
        /// UDP ASSOCIATE: the address is the client's own, from which it will send, as far as it knows it.
        case associate
    }

    package var command: Command
    /// In lower case, IPv6 addresses in brackets.
    package var host: [UInt8]
    /// Of an association it may be 0.
    package var port: Int

    package init(_ command: Command = .connect, host: [UInt8], port: Int) {
        self.command = command
        self.host = host
        self.port = port
    }
}

/// Why a SOCKS client is not served, for the log.
package enum SOCKSRefusal: String, Sendable, Equatable, Error {
    case notSOCKS = "client speaks no SOCKS"
    case socks4 = "client speaks SOCKS4, and only SOCKS5 is spoken here"
    case noMethod = "client offers no acceptable way to authenticate"
    case malformed = "client sent a malformed SOCKS message"
    case command = "client sent a SOCKS command that is not served here"
    case addressType = "client sent an unknown SOCKS address type"
    case name = "client named no valid SOCKS destination"
}
