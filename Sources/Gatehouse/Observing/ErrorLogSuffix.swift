import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// What nginx writes behind the sentence of an error line: who, which server, which request, which upstream.
enum ErrorLogSuffix {
    static func text(for exchange: Exchange) -> String {
        var text = client(exchange.remoteAddressText, exchange.remoteAddress, exchange.location.settings.errorLogClient)
        text += ", server: \(String(decoding: exchange.server.primaryName, as: UTF8.self))"
        let line = exchange.head.requestLine
        if !line.isEmpty { text += ", request: \"\(String(decoding: line, as: UTF8.self))\"" }
        if let attempt = exchange.upstreamLog.attempts.last {
            text += ", upstream: \"\(upstream(attempt, exchange))\""
        }
        if let host = exchange.head.fields.valueBytes(.host) { text += ", host: \"\(String(decoding: host, as: UTF8.self))\"" }
        return text
    }

    /// The request as the upstream gets it: scheme, address and URI. A tunnel has an address only.
    private static func upstream(_ attempt: UpstreamLog.Attempt, _ exchange: Exchange) -> String {
        let address = String(decoding: attempt.address, as: UTF8.self)
        guard let destination = exchange.upstreamLog.destination else { return address }
        let uri = exchange.context.loop.buffers.borrow(256)
        defer { exchange.context.loop.buffers.giveBack(uri) }
        ProxyRequestWriter.writeURI(exchange, destination, to: uri)
        let separator = address.hasPrefix("unix:") ? ":" : ""
        return "\(destination.usesTLS ? "https" : "http")://\(address)\(separator)\(String(decoding: uri.bytes(), as: UTF8.self))"
    }

    static func text(for client: ClientFacts, _ disclosure: ClientDisclosure) -> String {
        "\(Self.client(client.remoteAddressText, client.remoteAddress, disclosure)), server: \(client.localAddress)"
    }

    /// Who it was, as far as `error_log_client` lets it be told.
    private static func client(_ text: [UInt8], _ address: SocketAddress, _ disclosure: ClientDisclosure) -> String {
        switch disclosure {
        case .whole: ", client: \(String(decoding: text, as: UTF8.self))"
        case .masked: ", client: \(address.ipAddress.map { "\($0.clientNetwork)" } ?? String(decoding: text, as: UTF8.self))"
        case .off: ""
        }
    }
}

extension IPAddress {
    /// As much of a client's address as a log needs that shall not tell who it was.
    var clientNetwork: IPAddress { unmapped.masked(to: unmapped.isV4 ? 24 : 48) }
}
