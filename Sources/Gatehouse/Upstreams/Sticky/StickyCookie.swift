import GatehouseConfig
import GatehouseWire

/// The cookie of `sticky cookie`, with its attributes in nginx's order (RFC 6265 §4.1).
struct StickyCookie {
    private let settings: StickyCookieSettings
    private let domain: [UInt8]
    private let sameSite: String

    /// - Parameters:
    ///   - domain: rendered; empty: no attribute.
    ///   - sameSite: rendered; empty: no attribute. What means nothing is as strict as can be.
    init(_ settings: StickyCookieSettings, domain: [UInt8], sameSite: String) {
        self.settings = settings
        self.domain = domain
        self.sameSite = sameSite.isEmpty || StickyCookieSettings.isSameSite(sameSite) ? sameSite : "strict"
    }

    init(_ settings: StickyCookieSettings, for exchange: Exchange) {
        self.init(
            settings, domain: settings.domain.map { exchange.render($0) } ?? [],
            sameSite: settings.sameSite.map { exchange.renderText($0) } ?? "")
    }

    /// - Parameter second: now, in seconds since 1970.
    func value(_ server: [UInt8], second: Int) -> [UInt8] {
        var value = Array(settings.name.utf8) + [UInt8(ascii: "=")] + server
        switch settings.expires {
        case .max: value += Array("; expires=Thu, 31-Dec-37 23:55:55 GMT; max-age=315360000".utf8)
        case .after(let duration):
            let age = Int(duration.components.seconds)
            value += Array("; expires=".utf8) + Self.date(second + age) + Array("; max-age=\(age)".utf8)
        case nil: break
        }
        if !domain.isEmpty { value += Array("; domain=".utf8) + domain }
        if settings.isHTTPOnly { value += Array("; httponly".utf8) }
        if settings.isSecure { value += Array("; secure".utf8) }
        if !sameSite.isEmpty { value += Array("; samesite=\(sameSite)".utf8) }
        if let path = settings.path { value += Array("; path=\(path)".utf8) }
        return value
    }

    /// `Thu, 31-Dec-37 23:55:55 GMT`: cookies have dashes, and two digits of a year that is not beyond 2037.
    private static func date(_ second: Int) -> [UInt8] {
        // Sun, 06 Nov 1994 08:49:37 GMT
        var date = HTTPDate.format(second)
        date[7] = UInt8(ascii: "-")
        date[11] = UInt8(ascii: "-")
        if second <= 2_145_916_555 { date.removeSubrange(12..<14) }
        return date
    }
}
