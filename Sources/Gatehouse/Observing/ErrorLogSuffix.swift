import GatehouseWire

/// What nginx writes behind the sentence of an error line: who, which server, which request, which upstream.
enum ErrorLogSuffix {
    static func text(for exchange: Exchange) -> String {
        var text = ", client: \(String(decoding: exchange.remoteAddressText, as: UTF8.self))"
        text += ", server: \(String(decoding: exchange.server.primaryName, as: UTF8.self))"
        let line = exchange.head.requestLine
        if !line.isEmpty { text += ", request: \"\(String(decoding: line, as: UTF8.self))\"" }
        if let attempt = exchange.upstreamLog.attempts.last {
            text += ", upstream: \"\(String(decoding: attempt.address, as: UTF8.self))\""
        }
        if let host = exchange.head.fields.valueBytes(.host) { text += ", host: \"\(String(decoding: host, as: UTF8.self))\"" }
        return text
    }

    static func text(for client: ClientFacts) -> String {
        ", client: \(String(decoding: client.remoteAddressText, as: UTF8.self)), server: \(client.localAddress)"
    }
}
