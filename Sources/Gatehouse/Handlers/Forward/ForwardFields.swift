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

    /// What the upstream did wrong after it had taken the connection.
    private static func failure(of exchange: Exchange) -> ProxyError? {
        if exchange.upstreamLog.attempts.isEmpty { return nil }
        switch exchange.response.status {
        case 504: return .responseTimeout
        case 502: return .responseIncomplete
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
    /// Why a connection could not be made.
    init(_ error: SocketError) {
        switch error.kind {
        case .timedOut: self = .connectionTimeout
        case .refused: self = .connectionRefused
        case .unreachable: self = .destinationUnroutable
        case .reset, .closed, .cancelled: self = .connectionTerminated
        case .system: self = .internalError
        }
    }
}
