import GatehousePattern
import GatehousePolicy
import GatehouseWire

/// What may be set at `http` and `server` level only.
package struct ServerSettings: Sendable {
    package var clientHeaderTimeout: Duration = .seconds(60)
    package var clientHeaderBufferSize = 1024
    package var largeClientHeaderBuffers = BufferCount(count: 4, size: 8192)
    package var maxHeaders = 1000
    package var ignoresInvalidHeaders = true
    package var underscoresInHeaders = false
    package var mergesSlashes = true
    package var usesHTTP2 = false
    package var tls = TLSSettings()
    /// The rewrite directives of the server level itself.
    package var rewrite = RewriteProgram()

    package init() {}
}

/// One name of `server_name`.
package enum ServerName: Sendable {
    /// Lower case; the empty name stands for a request without Host.
    case exact(String)
    /// `*.example.com` and, with `matchesBare`, `.example.com`.
    case leadingWildcard(String, matchesBare: Bool)
    /// `mail.*`
    case trailingWildcard(String)
    case pattern(source: String, CapturingPattern)
}

/// A virtual server, ready to be used by requests.
package final class ServerConfiguration: Sendable {
    package let number: Int
    package let names: [ServerName]
    /// `$server_name`: the first name as written.
    package let primaryName: [UInt8]
    package let listens: [ListenSettings]
    package let settings: ServerSettings
    /// The server level's own location settings: hold where no location does.
    package let root: LocationConfiguration
    package let locations: LocationTree<LocationConfiguration>
    package let namedLocations: [String: LocationConfiguration]
    /// CONNECT requests are served: there is a `tunnel_pass`.
    package let acceptsConnect: Bool
    /// Requests that name a destination are taken there, whatever host it is.
    package let isForwardProxy: Bool
    package let position: SourcePosition

    package init(
        number: Int, names: [ServerName], primaryName: [UInt8], listens: [ListenSettings], settings: ServerSettings,
        root: LocationConfiguration, locations: LocationTree<LocationConfiguration>,
        namedLocations: [String: LocationConfiguration], acceptsConnect: Bool = false, position: SourcePosition
    ) {
        self.number = number
        self.names = names
        self.primaryName = primaryName
        self.listens = listens
        self.settings = settings
        self.root = root
        self.locations = locations
        self.namedLocations = namedLocations
        self.acceptsConnect = acceptsConnect
        isForwardProxy = root.settings.forward.isOn
        self.position = position
    }
}
