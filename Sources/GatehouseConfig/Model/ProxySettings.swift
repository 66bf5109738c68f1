import GatehousePolicy
import GatehouseWire

/// Where `proxy_pass` sends requests.
package enum ProxyTarget: Sendable {
    /// `http://group` or `http://address[:port][/uri]`.
    case fixed(FixedProxyTarget)
    /// The URL holds variables and is taken apart for each request.
    case template(Template)
}

package struct FixedProxyTarget: Sendable {
    package var usesTLS: Bool
    /// Index into `HTTPConfiguration.upstreams`.
    package var upstream: Int
    /// `$proxy_host`: host and port as written.
    package var host: [UInt8]
    /// `$proxy_port`.
    package var port: Int
    /// The URI part after the address, when there is one: it replaces the matched prefix.
    package var uri: [UInt8]?

    package init(usesTLS: Bool, upstream: Int, host: [UInt8], port: Int, uri: [UInt8]?) {
        self.usesTLS = usesTLS
        self.upstream = upstream
        self.host = host
        self.port = port
        self.uri = uri
    }
}

/// One `proxy_set_header`, `add_header` or `add_trailer`.
package struct HeaderRule: Sendable {
    package var name: [UInt8]
    package var lowercaseName: [UInt8]
    package var id: FieldName?
    package var value: Template
    /// `add_header … always`.
    package var isAlways: Bool

    package init(name: String, value: Template, isAlways: Bool = false) {
        let bytes = Array(name.utf8)
        self.name = bytes
        lowercaseName = Array(name.lowercased().utf8)
        id = FieldName(name)
        self.value = value
        self.isAlways = isAlways
    }
}

/// `proxy_redirect FROM TO`.
package enum RedirectRule: Sendable {
    /// `default`: made from the location and the target.
    case automatic
    case text(Template, Template)
    case pattern(CapturingPattern, Template)
}

/// `proxy_cookie_domain`, `proxy_cookie_path`.
package enum CookieRule: Sendable {
    case text(Template, Template)
    case pattern(CapturingPattern, Template)
}

/// `proxy_cookie_flags COOKIE FLAG…`.
package struct CookieFlagsRule: Sendable {
    package enum Cookie: Sendable {
        case name(Template)
        case pattern(CapturingPattern)
    }
    package var cookie: Cookie
    /// `secure`, `nosecure`, `httponly`, `samesite=strict`, …; may hold variables.
    package var flags: [Template]

    package init(cookie: Cookie, flags: [Template]) {
        self.cookie = cookie
        self.flags = flags
    }
}

/// `proxy_bind ADDRESS [transparent] | off`.
package struct BindSettings: Sendable {
    package var address: Template
    package var isTransparent: Bool

    package init(address: Template, isTransparent: Bool) {
        self.address = address
        self.isTransparent = isTransparent
    }
}

/// `SIZE COUNT` pairs such as `proxy_buffers`.
package struct BufferCount: Sendable, Equatable {
    package var count: Int
    package var size: Int

    package init(count: Int, size: Int) {
        self.count = count
        self.size = size
    }
}

/// The `proxy_*` directives that a location inherits. `proxy_pass` itself is not inherited and stands in `LocationSettings.handler`.
package struct ProxySettings: Sendable {
    package enum HTTPVersion: Sendable, Equatable { case http10, http11, http2 }
    package var httpVersion: HTTPVersion = .http11
    package var connectTimeout: Duration = .seconds(60)
    package var sendTimeout: Duration = .seconds(60)
    package var readTimeout: Duration = .seconds(60)
    package var bufferSize = 4096
    package var buffers = BufferCount(count: 8, size: 4096)
    package var busyBuffersSize = 8192
    package var buffersResponse = true
    package var buffersRequest = true
    package var maxTempFileSize = 1 << 30
    package var tempFileWriteSize = 8192
    package var tempPath = "proxy_temp"
    package var limitRate: Template?
    package var setHeaders = LevelList<HeaderRule>()
    package var setBody: Template?
    package var method: Template?
    package var passesRequestHeaders = true
    package var passesRequestBody = true
    package var passesTrailers = false
    package var hiddenHeaders = LevelList<[UInt8]>()
    package var passedHeaders = LevelList<[UInt8]>()
    package var ignoredHeaders: Set<FieldName> = []
    package var redirects = LevelList<RedirectRule>([.automatic])
    package var cookieDomains = LevelList<CookieRule>()
    package var cookiePaths = LevelList<CookieRule>()
    package var cookieFlags = LevelList<CookieFlagsRule>()
    package var interceptsErrors = false
    package var ignoresClientAbort = false
    package var keepsSocketAlive = false
    package var socketReceiveBuffer: Int?
    package var socketSendBuffer: Int?
    package var forcesRanges = false
    package var bind: BindSettings?
    /// `proxy_next_upstream` conditions.
    package var nextUpstream: RetryConditions = [.error, .timeout]
    package var nextUpstreamTries = 0
    package var nextUpstreamTimeout: Duration = .zero
    package var tls = ProxyTLSSettings()

    package init() {}
}

/// `proxy_ssl_*`.
package struct ProxyTLSSettings: Sendable {
    package var certificate: Template?
    package var key: Template?
    package var certificateCache: CertificateCacheSettings?
    package var passwordFile: String?
    package var ciphers = "DEFAULT"
    package var protocols: Set<String> = ["TLSv1.2", "TLSv1.3"]
    package var name: Template?
    package var sendsServerName = false
    package var reusesSessions = true
    package var verifies = false
    package var verifyDepth = 1
    package var trustedCertificateFile: String?
    package var revocationListFile: String?
    package var configurationCommands = LevelList<(name: String, value: String)>()

    package init() {}
}
