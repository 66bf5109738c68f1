import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

/// What is known of a client's connection for as long as it lives.
package final class ClientFacts {
    /// `$connection`: unique in this process.
    package let number: Int
    package let remoteAddress: SocketAddress
    package let acceptedAt: MonotonicInstant
    package let listener: ListenerState
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) package var requests = 0
    @safe @exclusivity(unchecked) package var proxyProtocol: ProxyHeader?
    @safe @exclusivity(unchecked) package var tls: TLSConnection?
    /// Its part in the trial of a new configuration that was under way when it came.
    @safe @exclusivity(unchecked) package var trialPart: ReloadTrialPart?
    /// For `TCP_INFO` and the local address.
    package let socket: Socket
    @safe @exclusivity(unchecked) private var localAddressCache: SocketAddress?
    @safe @exclusivity(unchecked) private var remoteTextCache: [UInt8]?

    package init(number: Int, remoteAddress: SocketAddress, acceptedAt: MonotonicInstant, listener: ListenerState, socket: Socket) {
        self.number = number
        self.remoteAddress = remoteAddress
        self.acceptedAt = acceptedAt
        self.listener = listener
        self.socket = socket
    }

    /// The client's address without its port, as `$remote_addr` shows it.
    package var remoteAddressText: [UInt8] {
        if let remoteTextCache { return remoteTextCache }
        let text = Array(remoteAddress.hostText.utf8)
        remoteTextCache = text
        return text
    }

    /// The address the client reached.
    package var localAddress: SocketAddress {
        if let localAddressCache { return localAddressCache }
        let address = socket.localAddress ?? .unix(path: "")
        localAddressCache = address
        return address
    }
}

extension SocketAddress {
    /// The address without its port, as `$remote_addr` shows it.
    package var hostText: String {
        switch self {
        case .ip(let address, _, _): "\(address)"
        case .unix: "unix:"
        }
    }

    /// An address as `proxy_bind` writes it: with or without port.
    package init?(parsing text: [UInt8]) {
        let text = String(decoding: text, as: UTF8.self)
        if let address = IPAddress(text) {
            self = .ip(address, port: 0)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else { return nil }
        let host = text[..<colon].drop { $0 == "[" }
        guard let address = IPAddress(String(host.last == "]" ? host.dropLast() : host)) else { return nil }
        self = .ip(address, port: port)
    }
}
