import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// What a forward proxy adds to answers: why it answers itself, and `Via` where it names itself.
enum ForwardFields {
    static func apply(to exchange: Exchange) {
        if exchange.response.opensTunnel { return }
        if exchange.upstreamLog.hasHead {
            guard let own = exchange.location.settings.forward.pseudonym, exchange.isForwarded else { return }
            exchange.response.fields.append(.via, Array("1.1 ".utf8) + own)
        } else if let error = exchange.proxyError ?? failure(of: exchange) {
            let name = exchange.location.settings.forward.pseudonym ?? Array("gatehouse".utf8)
            exchange.response.fields.append(name: Array("Proxy-Status".utf8), value: error.fieldValue(name: name))
        }
    }

    /// What went wrong where nobody noted it at once: the upstream after it had taken the connection, the client's request, or we.
    private static func failure(of exchange: Exchange) -> ProxyError? {
        // The answer may be an error page by now, with a status of its own.
        switch exchange.errorStatus ?? exchange.response.status {
        case 504 where !exchange.upstreamLog.attempts.isEmpty: return .responseTimeout
        case 502 where !exchange.upstreamLog.attempts.isEmpty: return .responseIncomplete
        case 400...499 where exchange.head.namesDestination: return .requestError
        case 500 where exchange.head.namesDestination: return .internalError
        default: return nil
        }
    }

    /// `$forward_referer`: `Referer` as `forward_anonymize standard` lets it be known.
    static func referer(of exchange: Exchange) -> [UInt8]? {
        exchange.head.fields.valueBytes(.referer).flatMap { Referer.shortened($0, for: exchange.head.host ?? []) }
    }

    /// `$proxy_add_via`: what the request's `Via` said, and this proxy.
    static func via(of exchange: Exchange) -> [UInt8]? {
        guard let own = exchange.location.settings.forward.pseudonym else { return nil }
        let version = exchange.head.version == .http10 ? "1.0 " : "1.1 "
        let before = exchange.head.fields.joinedValues(.via).map { $0 + Array(", ".utf8) } ?? []
        return before + Array(version.utf8) + own
    }
}

extension ProxyError {
    /// Why a parent, which took the connection, gives none.
    init(ofParent error: StreamError) {
        switch error {
        case .socket(let error): self = error.kind == .timedOut ? .connectionTimeout : .connectionTerminated
        case .tls(let error): self = error.kind == .verification ? .tlsCertificateError : .tlsProtocolError
        }
    }

    /// Why a connection could not be made.
    init(_ error: SocketError) {
        switch error.kind {
        case .timedOut: self = .connectionTimeout
        case .refused: self = .connectionRefused
        case .unreachable: self = .destinationUnroutable
        case .reset, .closed, .cancelled: self = .connectionTerminated
        // The exit's address is none of this machine.
        case .system: self = error.operation == "bind" ? .configurationError : .internalError
        }
    }
}
