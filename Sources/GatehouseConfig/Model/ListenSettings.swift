import GatehouseWire

/// A local address to listen on.
package enum ListenAddress: Sendable, Hashable {
    case ip(IPAddress, port: Int)
    /// A path, or `@name` for the abstract namespace.
    case unix(String)
}

/// One `listen` directive.
package struct ListenSettings: Sendable {
    package var address: ListenAddress
    package var isDefaultServer = false
    /// The socket of `control`: nobody but its owner may connect.
    package var isPrivate = false
    package var usesTLS = false
    package var usesHTTP2 = false
    /// Clients speak SOCKS5 instead of HTTP.
    package var speaksSOCKS = false
    package var acceptsProxyProtocol = false
    /// Whether any socket option below was given: only one `listen` of an address may give them.
    package var setsSocketOptions = false
    package var backlog = 511
    package var reusesPort = false
    package var isIPv6Only = true
    package var receiveBuffer: Int?
    package var sendBuffer: Int?
    package var fastOpen: Int?
    package var isDeferred = false
    package var binds = false
    package var keepalive: SocketKeepalive?
    package var position: SourcePosition

    package init(address: ListenAddress, position: SourcePosition) {
        self.address = address
        self.position = position
    }
}

/// `so_keepalive=on|off|[idle]:[interval]:[count]`.
package struct SocketKeepalive: Sendable, Equatable {
    package var isOn: Bool
    package var idle: Int?
    package var interval: Int?
    package var count: Int?

    package init(isOn: Bool, idle: Int? = nil, interval: Int? = nil, count: Int? = nil) {
        self.isOn = isOn
        self.idle = idle
        self.interval = interval
        self.count = count
    }
}

extension ListenAddress: CustomStringConvertible {
    /// As nginx's messages have it: `0.0.0.0:80`, `[::]:80`, `unix:/path`.
    package var description: String {
        switch self {
        case .ip(let address, let port): address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
