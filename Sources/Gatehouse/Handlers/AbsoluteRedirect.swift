import GatehouseConfig
import GatehouseWire

/// `Location` as clients get it: `absolute_redirect`, `server_name_in_redirect`, `port_in_redirect`.
enum AbsoluteRedirect {
    static func append(_ location: [UInt8], of exchange: Exchange, to out: ByteBuffer) {
        let place = exchange.location
        guard location.first == UInt8(ascii: "/"), place.settings.absoluteRedirect, !exchange.response.isLocationFinal else {
            return out.append(location)
        }
        let isTLS = exchange.connection.tls != nil
        out.append(isTLS ? "https://" : "http://")
        out.append(hostName(of: exchange))
        if place.settings.portInRedirect, let port = exchange.connection.localAddress.port, port != (isTLS ? 443 : 80) {
            out.append(UInt8(ascii: ":"))
            out.appendDecimal(Int(port))
        }
        out.append(location)
    }

    /// The server's own name where `server_name_in_redirect` wants it, else the host the client asked for, else the address it reached.
    private static func hostName(of exchange: Exchange) -> [UInt8] {
        let isOwn = exchange.location.settings.serverNameInRedirect
        if isOwn, !exchange.server.primaryName.isEmpty { return exchange.server.primaryName }
        if !isOwn, let host = exchange.head.host { return host }
        switch exchange.connection.localAddress.ipAddress {
        case let address? where !address.isV4: return Array("[\(address)]".utf8)
        default: return Array(exchange.connection.localAddress.hostText.utf8)
        }
    }
}
