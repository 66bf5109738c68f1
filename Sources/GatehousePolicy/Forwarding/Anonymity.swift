import GatehouseWire

/// `forward_anonymize`: what plain requests tell of the person who makes them. What passes through a tunnel nobody changes.
package enum Anonymity: Sendable, Equatable, CaseIterable {
    /// Requests are passed on as they are.
    case off
    /// What other proxies and browsers' makers add goes; pages work as before.
    case standard
    /// What tells one browser from others goes too, cookies among it; pages that know their visitors will not.
    case strict

    /// Request fields that are not passed on, in lower case.
    package var dropped: [String] {
        switch self {
        case .off: []
        case .standard: Self.addedByProxies + Self.addedByBrowsers
        case .strict: Self.addedByProxies + Self.addedByBrowsers + Self.hints + Self.memories + ["referer"]
        }
    }

    /// Request fields that say the same of everybody, whether the client sent any or not.
    package var generalised: [(name: String, value: String)] {
        switch self {
        case .off, .standard: []
        case .strict: [("User-Agent", "Mozilla/5.0"), ("Accept-Language", "en-US,en;q=0.5")]
        }
    }

    /// Whether `Referer` tells another site no more than which site the reader comes from.
    package var shortensReferer: Bool { self == .standard }

    /// Fields of answers that do not reach the client, in lower case: what would be sent back to be known by.
    package var hidden: [String] { self == .strict ? ["set-cookie", "set-cookie2", "accept-ch", "critical-ch"] : [] }

    /// Whose request it was, and over whom it came.
    private static let addedByProxies = [
        "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-server", "forwarded", "via",
        "x-real-ip", "client-ip", "x-client-ip", "x-cluster-client-ip", "true-client-ip", "cf-connecting-ip", "x-proxyuser-ip",
        "x-originating-ip", "x-remote-ip", "x-remote-addr",
    ]

    private static let addedByBrowsers = ["from", "x-client-data", "x-requested-with", "x-wap-profile", "x-up-calling-line-id", "x-uidh"]

    /// Client hints: what the device is.
    private static let hints = [
        "sec-ch-ua", "sec-ch-ua-arch", "sec-ch-ua-bitness", "sec-ch-ua-form-factors", "sec-ch-ua-full-version",
        "sec-ch-ua-full-version-list", "sec-ch-ua-mobile", "sec-ch-ua-model", "sec-ch-ua-platform", "sec-ch-ua-platform-version",
        "sec-ch-ua-wow64", "sec-ch-device-memory", "sec-ch-dpr", "sec-ch-width", "sec-ch-viewport-width", "sec-ch-viewport-height",
        "sec-ch-prefers-color-scheme", "sec-ch-prefers-reduced-motion", "device-memory", "dpr", "viewport-width", "width", "downlink",
        "ect", "rtt", "save-data",
    ]

    /// What was told this browser to be known by, and what it was last shown.
    private static let memories = ["cookie", "cookie2", "if-none-match", "if-modified-since"]
}

/// `Referer`, cut down to what another site may know (RFC 9110 §10.1.3).
package enum Referer {
    /// The value whole for requests to its own host, else the origin in it; `nil` where it is no http URL.
    package static func shortened(_ value: [UInt8], for host: [UInt8]) -> [UInt8]? {
        guard let scheme = ["http://", "https://"].first(where: { value.starts(with: $0.utf8) }) else { return nil }
        let start = scheme.utf8.count
        let authority = value[start...].prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        var name: [UInt8] = []
        guard case .valid = HostName.parse(Array(authority), into: &name) else { return nil }
        if name == host { return value }
        return Array(value[..<start]) + authority + [UInt8(ascii: "/")]
    }
}
