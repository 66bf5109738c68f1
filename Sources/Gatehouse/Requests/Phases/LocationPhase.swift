import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// Finds the location that answers a URI, by nginx's rules: exact, longest prefix, regular expressions in order.
enum LocationPhase {
    /// Enters the location into the exchange.
    /// - Returns: an answer when the search itself gives one: a redirect to the name with a slash, or 404 of an internal location.
    static func find(_ exchange: Exchange) -> Disposition? {
        // Locations are places of this server, not of where a forwarded request goes.
        if exchange.isForwarded {
            exchange.location = exchange.server.root
            return nil
        }
        var offsets: [Int] = []
        guard let found = exchange.server.locations.find(exchange.path.span, captures: &offsets) else {
            exchange.location = exchange.server.root
            return nil
        }
        exchange.location = found.value
        if let pattern = found.pattern {
            exchange.remember(exchange.path, offsets, names: exchange.server.locations.value(of: pattern).pattern?.names ?? [])
        }
        if found.value.settings.isInternal && !exchange.isInternal { return .status(404) }
        if found.needsSlash { return redirectToSlash(exchange) }
        return nil
    }

    /// A request for the name of a proxied prefix without its slash is sent to the right place.
    private static func redirectToSlash(_ exchange: Exchange) -> Disposition {
        var target = URIEscaping.escape(exchange.path, .uri) + [UInt8(ascii: "/")]
        if !exchange.arguments.isEmpty { target += [UInt8(ascii: "?")] + exchange.arguments }
        exchange.response.location = target
        return .status(301)
    }

    /// `client_max_body_size` against the announced length.
    static func checkBodySize(_ exchange: Exchange) -> Disposition? {
        let most = exchange.location.settings.clientMaxBodySize
        guard most > 0, let length = exchange.head.contentLength, length > most, !exchange.body.isRead else { return nil }
        exchange.generation.log(.error, "client intended to send too large body: \(length) bytes", exchange)
        return .status(413)
    }
}
