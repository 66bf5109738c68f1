import GatehouseWire

/// Which requests a forward proxy takes at all, before anything is looked up: form, method, port.
package struct ForwardAdmission: Sendable, Equatable {
    /// Methods besides which all are refused; empty for no such limit.
    package var methods: [[UInt8]] = []
    /// Where plain HTTP may go. Below 1024 only what is HTTP: a request can be made to look like a line of another protocol.
    package var ports = PortSet([80...80, 443...443, 1024...65535])
    /// Where tunnels may go.
    package var tunnelPorts = PortSet([443...443])

    package init() {}

    package enum Result: Sendable, Equatable {
        case admitted(ForwardDestination)
        case refused(ForwardRefusal)
    }

    /// - Parameters:
    ///   - head: with its target in absolute or authority form.
    ///   - pseudonym: what this proxy calls itself in `Via`; `nil` where it does not.
    package func admit(_ head: RequestHead, pseudonym: [UInt8]?) -> Result {
        guard let host = head.host, !ForwardDestination.isDisguisedAddress(host) else { return .refused(.target) }
        if !methods.isEmpty, !methods.contains(head.methodBytes) { return .refused(.method) }
        if let pseudonym, ViaField.names(pseudonym, in: head.fields) { return .refused(.loop) }
        switch head.form {
        case .authority:
            guard let port = head.hostPort else { return .refused(.target) }
            if !tunnelPorts.contains(port) { return .refused(.port) }
            return .admitted(ForwardDestination(host: host, port: port, isTunnel: true))
        case .absolute(let scheme, _):
            guard scheme == Array("http".utf8) else { return .refused(.scheme) }
            let port = head.hostPort ?? 80
            if !ports.contains(port) { return .refused(.port) }
            return .admitted(ForwardDestination(host: host, port: port, isTunnel: false))
        case .origin, .asterisk: return .refused(.target)
        }
    }
}

/// Where a client asked to be taken.
package struct ForwardDestination: Sendable, Equatable {
    /// In lower case, without port; IPv6 addresses in brackets.
    package var host: [UInt8]
    package var port: Int
    package var isTunnel: Bool

    package init(host: [UInt8], port: Int, isTunnel: Bool) {
        self.host = host
        self.port = port
        self.isTunnel = isTunnel
    }

    /// The name or address without brackets.
    package var name: [UInt8] { host.first == UInt8(ascii: "[") ? Array(host.dropFirst().dropLast()) : host }

    /// What stands in `Host`: the port only where it is not HTTP's own (RFC 9110 §4.2.1).
    package var authority: [UInt8] { port == 80 && !isTunnel ? host : host + Array(":\(port)".utf8) }

    /// The address, where the host is one. Only the canonical form is: nothing that `inet_aton` would read otherwise is left to it.
    package var address: IPAddress? { IPAddress(name) }

    /// A name that some resolvers would read as an IPv4 address in another notation: `127.1`, `0x7f000001`, `2130706433`, `0177.0.0.1`. As
    /// the URL standard has it: what ends in a number is an address in four parts, or nothing.
    package static func isDisguisedAddress(_ host: [UInt8]) -> Bool {
        if host.first == UInt8(ascii: "[") || IPAddress(host) != nil { return false }
        guard let last = host.split(separator: UInt8(ascii: ".")).last else { return true }
        if last.starts(with: "0x".utf8) { return last.dropFirst(2).allSatisfy { ByteClass.isDigit($0) || (0x61...0x66).contains($0) } }
        return last.allSatisfy(ByteClass.isDigit)
    }
}

/// Why a forward proxy does not take a request.
package enum ForwardRefusal: Sendable, Equatable {
    /// No destination is named.
    case target
    case scheme
    case method
    case port
    case loop

    package var status: Int {
        switch self {
        case .target, .scheme: 400
        case .method: 405
        case .port: 403
        case .loop: 502
        }
    }

    package var error: ProxyError {
        switch self {
        case .target, .scheme: .requestError
        case .method, .port: .requestDenied
        case .loop: .loopDetected
        }
    }

    /// For the error log.
    package var reason: String {
        switch self {
        case .target: "client named no destination to the forward proxy"
        case .scheme: "client asked the forward proxy for another scheme than http"
        case .method: "forward proxy refuses this method"
        case .port: "forward proxy refuses this port"
        case .loop: "request came back to this forward proxy"
        }
    }
}
