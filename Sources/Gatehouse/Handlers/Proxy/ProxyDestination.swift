import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Where one request goes: the group, what stands in `Host`, and the URI part of `proxy_pass`.
package final class ProxyDestination: Sendable {
    package let usesTLS: Bool
    package let group: UpstreamGroup
    /// Takes the request where `group` cannot: the baseline of a canary.
    package let fallback: UpstreamGroup?
    /// `$proxy_host`.
    package let host: [UInt8]
    package let port: Int
    /// The URI of `proxy_pass`: replaces the location's prefix, or, from a template, is used as it is.
    package let uri: [UInt8]?
    package let isURIFinal: Bool

    package enum Resolution {
        case found(ProxyDestination)
        case failed(status: Int)
    }

    /// What a `proxy_pass` without variables says.
    package convenience init(_ fixed: FixedProxyTarget, _ group: UpstreamGroup) {
        self.init(usesTLS: fixed.usesTLS, group: group, host: fixed.host, port: fixed.port, uri: fixed.uri, isURIFinal: false)
    }

    init(
        usesTLS: Bool, group: UpstreamGroup, fallback: UpstreamGroup? = nil, host: [UInt8], port: Int, uri: [UInt8]?, isURIFinal: Bool
    ) {
        self.usesTLS = usesTLS
        self.group = group
        self.fallback = fallback
        self.host = host
        self.port = port
        self.uri = uri
        self.isURIFinal = isURIFinal
    }

    /// The same URL, served by another group.
    func served(by group: UpstreamGroup, fallback: UpstreamGroup?) -> ProxyDestination {
        ProxyDestination(usesTLS: usesTLS, group: group, fallback: fallback, host: host, port: port, uri: uri, isURIFinal: isURIFinal)
    }

    /// Takes a URL with variables apart, and finds or makes the group that it means.
    static func resolve(url: [UInt8], _ exchange: Exchange) async -> Resolution {
        guard let parsed = ProxyURL(url) else {
            exchange.generation.log(.error, "invalid URL prefix in \"\(String(decoding: url, as: UTF8.self))\"", exchange)
            return .failed(status: 500)
        }
        func destination(_ group: UpstreamGroup) -> Resolution {
            .found(
                ProxyDestination(
                    usesTLS: parsed.usesTLS, group: group, host: parsed.authority, port: parsed.port, uri: parsed.uri, isURIFinal: true))
        }
        if let group = namedGroup(for: parsed, exchange) { return destination(group) }
        switch await TransientGroups.group(for: parsed, exchange) {
        case .found(let group): return destination(group)
        case .failed(let status): return .failed(status: status)
        }
    }

    /// The group of the configuration that a URL made for a request means.
    static func namedGroup(for url: ProxyURL, _ exchange: Exchange) -> UpstreamGroup? {
        if url.isUnix { return nil }
        return exchange.generation.upstreamGroup(named: String(decoding: url.host, as: UTF8.self), port: url.port, isPortGiven: url.hasPort)
    }
}

/// A `proxy_pass` URL taken apart at request time.
package struct ProxyURL {
    package var usesTLS: Bool
    /// Host and port as written.
    package var authority: [UInt8]
    /// Without port and brackets; a path when `isUnix`.
    package var host: [UInt8]
    package var port: Int
    package var hasPort: Bool
    package var isUnix: Bool
    package var uri: [UInt8]?

    package init?(_ url: [UInt8]) {
        var rest: ArraySlice<UInt8>
        if url.starts(with: "http://".utf8) {
            usesTLS = false
            rest = url.dropFirst(7)
        } else if url.starts(with: "https://".utf8) {
            usesTLS = true
            rest = url.dropFirst(8)
        } else {
            return nil
        }
        let defaultPort = usesTLS ? 443 : 80
        if rest.starts(with: "unix:".utf8) {
            isUnix = true
            hasPort = true
            port = defaultPort
            rest = rest.dropFirst(5)
            let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
            host = Array(rest[rest.startIndex..<end])
            authority = Array("localhost".utf8)
            uri = end < rest.endIndex ? Array(rest[(end + 1)...]) : nil
            return
        }
        isUnix = false
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? rest.endIndex
        authority = Array(rest[rest.startIndex..<end])
        uri = end < rest.endIndex ? Array(rest[end...]) : nil
        guard let split = ProxyURL.split(authority) else { return nil }
        host = split.host
        hasPort = split.port != nil
        port = split.port ?? defaultPort
    }

    private static func split(_ authority: [UInt8]) -> (host: [UInt8], port: Int?)? {
        if authority.isEmpty { return nil }
        if authority.first == UInt8(ascii: "[") {
            guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            let host = Array(authority[1..<close])
            if close + 1 == authority.count { return (host, nil) }
            guard authority[close + 1] == UInt8(ascii: ":"), let port = parsePort(authority[(close + 2)...]) else { return nil }
            return (host, port)
        }
        guard let colon = authority.lastIndex(of: UInt8(ascii: ":")) else { return (authority, nil) }
        guard colon > 0, let port = parsePort(authority[(colon + 1)...]) else { return nil }
        return (Array(authority[..<colon]), port)
    }

    private static func parsePort(_ text: ArraySlice<UInt8>) -> Int? {
        guard let port = Int(String(decoding: text, as: UTF8.self)), (1...65535).contains(port) else { return nil }
        return port
    }
}
