import GatehousePolicy
import GatehouseWire

/// A whole configuration, read and checked. Immutable: a generation holds one, and requests hold the generation.
package struct Configuration: Sendable {
    package var main: MainSettings
    package var http: HTTPConfiguration?
    /// Every file read, in the order `-T` prints them.
    package var files: [ConfigurationFile]
    package var warnings: [ConfigurationDiagnostic]

    package init(main: MainSettings, http: HTTPConfiguration?, files: [ConfigurationFile], warnings: [ConfigurationDiagnostic]) {
        self.main = main
        self.http = http
        self.files = files
        self.warnings = warnings
    }

    /// Everything that is listened on: the servers' addresses and the socket of `control`.
    package var listens: [ListenSettings] {
        var listens = http?.listeners.map(\.listen) ?? []
        if let control = main.control {
            var listen = ListenSettings(address: .unix(control.path), position: control.position)
            listen.isPrivate = true
            listens.append(listen)
        }
        return listens
    }

    /// The directory of the main file, with its slash.
    package var directory: String {
        guard let path = files.first?.path, let slash = path.lastIndex(of: "/") else { return "" }
        return String(path[...slash])
    }
}

package struct ConfigurationFile: Sendable {
    package let path: String
    package let content: [UInt8]

    package init(path: String, content: [UInt8]) {
        self.path = path
        self.content = content
    }
}

package struct HTTPConfiguration: Sendable {
    package var servers: [ServerConfiguration]
    package var listeners: [ListenerConfiguration]
    /// Those of `upstream` blocks, and the implicit ones of `proxy_pass`.
    package var upstreams: [UpstreamSettings]
    package var canaries: [CanarySettings]
    /// Variables the configuration defines; `VariableReference.slot` counts into it.
    package var slots: [VariableSlot]
    /// Settings at http level, for requests that have no server yet.
    package var root: LocationConfiguration
    /// Every location, `if` block and server level, by its number.
    package var allLocations: [LocationConfiguration]
    /// `$request_body` or `$request_body_file` is used somewhere: where a body is kept must be as nginx keeps it.
    package var showsRequestBody: Bool
    /// `DomainTest.sets` counts into it.
    package var domainSets: [DomainSetSettings]
    /// `ForwardRule.Action.exit` counts into it.
    package var exits: [ForwardExitSettings]
    /// `LimitSettings.Connections.zone` counts into it.
    package var connectionZones: [ConnectionZoneSettings] = []
    /// `LimitSettings.bandwidths` counts into it.
    package var bandwidthZones: [BandwidthZoneSettings] = []

    package init(
        servers: [ServerConfiguration], listeners: [ListenerConfiguration], upstreams: [UpstreamSettings],
        canaries: [CanarySettings] = [], slots: [VariableSlot], root: LocationConfiguration, allLocations: [LocationConfiguration],
        showsRequestBody: Bool = false,
        domainSets: [DomainSetSettings] = [], exits: [ForwardExitSettings] = []
    ) {
        self.showsRequestBody = showsRequestBody
        self.domainSets = domainSets
        self.exits = exits
        self.allLocations = allLocations
        self.servers = servers
        self.listeners = listeners
        self.upstreams = upstreams
        self.canaries = canaries
        self.slots = slots
        self.root = root
    }
}

/// One address that is listened on, with the virtual servers behind it.
package struct ListenerConfiguration: Sendable {
    /// The options as merged from all `listen` directives of this address.
    package var listen: ListenSettings
    package var servers: ServerNames<ServerConfiguration>
    package var defaultServer: ServerConfiguration
    /// Every virtual server of the address, in the order written.
    package var allServers: [ServerConfiguration]
    /// The expressions among the names with the slots of their groups; `ServerNames.Match.pattern` counts into it.
    package var namePatterns: [CapturingPattern]
    /// One of the servers opens tunnels for CONNECT.
    package let acceptsConnect: Bool

    package init(
        listen: ListenSettings, servers: ServerNames<ServerConfiguration>, defaultServer: ServerConfiguration,
        allServers: [ServerConfiguration], namePatterns: [CapturingPattern] = []
    ) {
        self.namePatterns = namePatterns
        self.listen = listen
        self.servers = servers
        self.defaultServer = defaultServer
        self.allServers = allServers
        acceptsConnect = allServers.contains { $0.acceptsConnect }
    }
}

extension Configuration {
    /// Every file once, as `-T` prints it.
    package var dumped: [UInt8] { files.flatMap { Array("# configuration file \($0.path):\n".utf8) + $0.content + [0x0A] } }
}

extension HTTPConfiguration {
    /// No server listens: a configuration without `http`.
    package static var empty: HTTPConfiguration {
        let root = LocationConfiguration(
            name: "", prefix: [], isExact: false, isRegex: false, isNamed: false, settings: LocationSettings(), number: 0)
        return HTTPConfiguration(servers: [], listeners: [], upstreams: [], slots: [], root: root, allLocations: [root])
    }
}
