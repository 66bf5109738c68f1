import GatehousePolicy
import GatehouseWire

/// Everything that may be set at `http`, `server`, `location`, `if` and `limit_except` level. A block starts with a copy of its parent's
/// finished settings, so inheritance is copying; what nginx does not inherit is reset by `resetForInnerLocation`.
package struct LocationSettings: Sendable {
    // Who answers. Not inherited by nested locations; inherited by `if` blocks.
    package var handler: LocationHandler?
    package var isInternal = false
    package var tryFiles: TryFilesRule?
    package var rewrite = RewriteProgram()
    package var alias: Template?
    /// How much of the URI `alias` replaces: the length of the location that has it. Zero in a regex location, where all is replaced.
    package var aliasedLength = 0
    package var limitExcept: LimitExcept?

    // Files.
    package var root = Template(literal: "html")
    package var index = LevelList<Template>([Template(literal: "index.html")])
    package var types = MediaTypes.standard
    package var defaultType: [UInt8] = Array("text/plain".utf8)
    package var sendsETag = true
    package var ifModifiedSince: IfModifiedSince = .exact
    package var maxRanges: Int?
    package var logsNotFound = true
    package var usesSendfile = false
    package var sendfileMaxChunk = 2 << 20
    package var outputBuffers = BufferCount(count: 2, size: 32768)
    package var postponeOutput = 1460

    // The answer.
    package var addHeaders = LevelList<HeaderRule>()
    package var addHeadersInheritance: ListInheritance = .replace
    package var addTrailers = LevelList<HeaderRule>()
    package var addTrailersInheritance: ListInheritance = .replace
    package var expires: ExpiresSettings = .off
    package var errorPages = LevelList<ErrorPageRule>()
    package var recursesErrorPages = false
    package var serverTokens: ServerTokens = .on
    package var absoluteRedirect = true
    package var serverNameInRedirect = false
    package var portInRedirect = true
    package var chunkedTransferEncoding = true
    package var limitRate: Template?
    package var limitRateAfter: Template?
    package var earlyHints: [Template] = []

    // The client's connection and body.
    package var clientMaxBodySize = 1 << 20
    package var clientBodyBufferSize = 16384
    /// Bytes of each loop's memory for bodies that are larger than that.
    package var clientBodyMemory = 32 << 20
    package var clientBodyTimeout: Duration = .seconds(60)
    package var clientBodyTempPath = "client_body_temp"
    package var clientBodyInFileOnly: BodyInFile = .off
    package var clientBodyInSingleBuffer = false
    package var sendTimeout: Duration = .seconds(60)
    package var keepaliveTimeout: Duration = .seconds(75)
    package var keepaliveHeaderTimeout: Duration?
    package var keepaliveMinTimeout: Duration = .zero
    package var keepaliveRequests = 1000
    package var keepaliveTime: Duration = .seconds(3600)
    package var keepaliveDisable: KeepaliveDisable = [.msie6]
    package var lingeringClose: LingeringClose = .on
    package var lingeringTime: Duration = .seconds(30)
    package var lingeringTimeout: Duration = .seconds(5)
    package var resetsTimedOut = false
    package var tcpNoDelay = true
    package var tcpNoPush = false

    // Access.
    package var access = LevelList<AccessRules.Rule>()
    package var authentication = AuthenticationSettings()
    package var realIP = RealIPSettings()
    package var limits = LimitSettings()

    // Logs.
    package var accessLogs = LevelList<AccessLogSettings>()
    package var errorLogs = LevelList<ErrorLogSettings>()
    /// `error_log_client`
    package var errorLogClient: ClientDisclosure = .whole
    package var logsSubrequests = false

    package var resolver: ResolverSettings?
    package var proxy = ProxySettings()
    package var tunnel = TunnelSettings()
    package var forward = ForwardSettings()
    package var mirror = MirrorSettings()

    package init() {}

    /// Drops what the block around said not to hand on.
    package mutating func beginBlock() {
        if addHeadersInheritance == .none { addHeaders = LevelList() }
        if addTrailersInheritance == .none { addTrailers = LevelList() }
    }

    /// Drops what belongs to the enclosing location only.
    package mutating func resetForInnerLocation() {
        handler = nil
        isInternal = false
        tryFiles = nil
        rewrite.steps = []
        limitExcept = nil
    }
}

/// Who produces the answer of a location.
package enum LocationHandler: Sendable {
    case proxy(ProxyTarget)
    case stubStatus
    case tunnel(TunnelTarget)
    /// `forward_proxy`: where the request itself asks to be taken.
    case forward
    /// `forward_pac`: what leads to the proxy; `nil` for where the request came in.
    case autoConfiguration(route: Template?)
}

package enum ServerTokens: Sendable {
    case on, off, build
    /// A text of the operator's own; empty drops the header.
    case text(Template)
}

package enum IfModifiedSince: Sendable, Equatable { case off, exact, before }
package enum BodyInFile: Sendable, Equatable { case off, on, clean }
package enum LingeringClose: Sendable, Equatable { case off, on, always }
package struct KeepaliveDisable: OptionSet, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let msie6 = KeepaliveDisable(rawValue: 1)
    package static let safari = KeepaliveDisable(rawValue: 2)
}

package enum ExpiresSettings: Sendable {
    case off
    case rule(ExpiresRule)
    /// `expires $variable`: parsed for each request with `ExpiresRule.init(_:isModified:)`.
    case template(Template, isModified: Bool)
}

/// `try_files A B … LAST`.
package struct TryFilesRule: Sendable {
    package enum Fallback: Sendable {
        case uri(Template)
        case named(String)
        case status(Int)
    }
    /// Paths to test; a trailing `/` tests for a directory.
    package var candidates: [(path: Template, isDirectory: Bool)]
    package var fallback: Fallback

    package init(candidates: [(path: Template, isDirectory: Bool)], fallback: Fallback) {
        self.candidates = candidates
        self.fallback = fallback
    }
}

/// `error_page CODE… [=[RESPONSE]] URI`.
package struct ErrorPageRule: Sendable {
    package enum NewStatus: Sendable, Equatable {
        case keep
        /// `=` alone: whatever the page itself answers.
        case ofPage
        case fixed(Int)
    }
    package enum Target: Sendable {
        case uri(Template)
        case named(String)
    }
    package var statuses: [Int]
    package var newStatus: NewStatus
    package var target: Target

    package init(statuses: [Int], newStatus: NewStatus, target: Target) {
        self.statuses = statuses
        self.newStatus = newStatus
        self.target = target
    }
}

/// `limit_except METHOD… { … }`: the rules for all other methods.
package struct LimitExcept: Sendable {
    package var methods: [[UInt8]]
    package var settings: LocationConfiguration

    package init(methods: [[UInt8]], settings: LocationConfiguration) {
        self.methods = methods
        self.settings = settings
    }
}

/// `set_real_ip_from`, `real_ip_header`, `real_ip_recursive`.
package struct RealIPSettings: Sendable {
    package enum Source: Sendable, Equatable {
        case xRealIP, xForwardedFor, proxyProtocol
        case header([UInt8])
    }
    package enum Trusted: Sendable, Equatable {
        case network(CIDR)
        case unix
        /// A host name, resolved when the configuration is loaded.
        case name(String)
    }
    package var trusted = LevelList<Trusted>()
    package var source: Source = .xRealIP
    package var isRecursive = false

    package init() {}
}

/// A location (or the server level, an `if` block, a `limit_except` block) ready to be used by requests.
package final class LocationConfiguration: Sendable {
    /// As written: `/api/`, `= /`, `~ \.php$`, `@fallback`; empty at server level.
    package let name: String
    /// The literal prefix of a prefix or exact location, for `alias` and `proxy_pass` with a URI.
    package let prefix: [UInt8]
    package let isExact: Bool
    package let isRegex: Bool
    package let isNamed: Bool
    package let settings: LocationSettings
    /// Unique in its configuration.
    package let number: Int
    /// The expression of a regex location, with the slots of its named groups.
    package let pattern: CapturingPattern?

    package init(
        name: String, prefix: [UInt8], isExact: Bool, isRegex: Bool, isNamed: Bool, settings: LocationSettings, number: Int,
        pattern: CapturingPattern? = nil
    ) {
        self.pattern = pattern
        self.name = name
        self.prefix = prefix
        self.isExact = isExact
        self.isRegex = isRegex
        self.isNamed = isNamed
        self.settings = settings
        self.number = number
    }
}
