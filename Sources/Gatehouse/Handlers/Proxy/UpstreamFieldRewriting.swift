import GatehouseConfig
import GatehouseWire

/// `proxy_redirect`, `proxy_cookie_domain`, `proxy_cookie_path`, `proxy_cookie_flags`: what the upstream says of its own places becomes what
/// the client can use.
enum UpstreamFieldRewriting {
    static func location(
        _ value: ArraySlice<UInt8>, _ exchange: Exchange, _ plan: ProxyPlan, _ destination: ProxyDestination
    ) -> [UInt8] {
        let original = Array(value)
        exchange.response.isLocationFinal = true
        guard let new = redirected(original, exchange, destination) else { return original }
        exchange.response.isLocationFinal = false
        return new
    }

    /// `Refresh: 5; url=…`: the URL is rewritten as `Location` is.
    static func refresh(
        _ value: ArraySlice<UInt8>, _ exchange: Exchange, _ plan: ProxyPlan, _ destination: ProxyDestination
    ) -> [UInt8] {
        let original = Array(value)
        guard let at = indexOfURL(original) else { return original }
        guard let new = redirected(Array(original[at...]), exchange, destination) else { return original }
        return Array(original[..<at]) + new
    }

    private static func indexOfURL(_ value: [UInt8]) -> Int? {
        let marker = Array("url=".utf8)
        guard value.count >= marker.count else { return nil }
        for i in 0...(value.count - marker.count) where HeaderFields.equalsIgnoringCase(value[i..<(i + marker.count)], marker) {
            return i + marker.count
        }
        return nil
    }

    private static func redirected(_ value: [UInt8], _ exchange: Exchange, _ destination: ProxyDestination) -> [UInt8]? {
        for rule in exchange.location.settings.proxy.redirects.elements {
            switch rule {
            case .automatic:
                if let new = automatic(value, exchange, destination) { return new }
            case .text(let from, let to):
                let prefix = exchange.render(from)
                if value.starts(with: prefix) { return exchange.render(to) + value[prefix.count...] }
            case .pattern(let pattern, let to):
                if exchange.matches(pattern, value) { return exchange.render(to) }
            }
        }
        return nil
    }

    /// `proxy_redirect default`: the target of `proxy_pass` becomes the location's prefix.
    private static func automatic(_ value: [UInt8], _ exchange: Exchange, _ destination: ProxyDestination) -> [UInt8]? {
        if destination.isURIFinal || exchange.location.isRegex || exchange.location.isNamed { return nil }
        let scheme = Array((destination.usesTLS ? "https://" : "http://").utf8)
        let uri = destination.uri ?? exchange.location.prefix
        let from = scheme + destination.host + uri
        guard value.starts(with: from) else { return nil }
        return exchange.location.prefix + value[from.count...]
    }

    // MARK: Cookies

    static func cookie(_ value: ArraySlice<UInt8>, _ exchange: Exchange) -> [UInt8] {
        let location = exchange.location
        let isPlain =
            location.settings.proxy.cookieDomains.isEmpty && location.settings.proxy.cookiePaths.isEmpty
            && location.settings.proxy.cookieFlags.isEmpty
        if isPlain { return Array(value) }
        var cookie = SetCookie(value)
        rewrite(&cookie, "domain", location.settings.proxy.cookieDomains.elements, isDomain: true, exchange)
        rewrite(&cookie, "path", location.settings.proxy.cookiePaths.elements, isDomain: false, exchange)
        applyFlags(&cookie, location.settings.proxy.cookieFlags.elements, exchange)
        return cookie.isChanged ? cookie.bytes : Array(value)
    }

    private static func rewrite(_ cookie: inout SetCookie, _ attribute: String, _ rules: [CookieRule], isDomain: Bool, _ exchange: Exchange)
    {
        guard !rules.isEmpty, let i = cookie.index(of: attribute), let old = cookie.attributes[i].value else { return }
        for rule in rules {
            let new: [UInt8]?
            switch rule {
            case .text(let from, let to):
                let match = exchange.render(from)
                new = isDomain ? domain(old, match) { exchange.render(to) } : path(old, match) { exchange.render(to) }
            case .pattern(let pattern, let to): new = exchange.matches(pattern, old) ? exchange.render(to) : nil
            }
            guard let new else { continue }
            cookie.setValue(new, at: i)
            return
        }
    }

    /// A leading dot says nothing about a cookie's domain (RFC 6265 §5.2.3), and stays where it was.
    private static func domain(_ old: [UInt8], _ wanted: [UInt8], _ replacement: () -> [UInt8]) -> [UInt8]? {
        func isDot(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") }
        let dot = old.prefix(1).filter(isDot)
        guard HeaderFields.equalsIgnoringCase(old.dropFirst(dot.count), wanted.first.map(isDot) == true ? wanted.dropFirst() : wanted[...])
        else { return nil }
        return dot + replacement()
    }

    private static func path(_ old: [UInt8], _ prefix: [UInt8], _ replacement: () -> [UInt8]) -> [UInt8]? {
        old.starts(with: prefix) ? replacement() + old[prefix.count...] : nil
    }

    private static func applyFlags(_ cookie: inout SetCookie, _ rules: [CookieFlagsRule], _ exchange: Exchange) {
        for rule in rules {
            switch rule.cookie {
            case .name(let name): guard HeaderFields.equalsIgnoringCase(exchange.render(name), cookie.name) else { continue }
            case .pattern(let pattern): guard exchange.matches(pattern, cookie.name) else { continue }
            }
            for flag in rule.flags { cookie.apply(flag: exchange.renderText(flag).lowercased()) }
            return
        }
    }
}
