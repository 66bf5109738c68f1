/// Where a SOCKS client asks to be connected to.
package struct SOCKSRequest: Sendable, Equatable {
    package var host: [UInt8]
    package var port: Int

    package init(host: [UInt8], port: Int) {
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
    case command = "client sent another SOCKS command than CONNECT"
    case addressType = "client sent an unknown SOCKS address type"
    case name = "client named no valid SOCKS destination"
}
