import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire
import Synchronization

/// One loaded configuration with everything built from it: upstream pools, TLS contexts, logs, plans for locations.
///
/// Immutable once made; actors inside hold what changes. Requests keep the generation they began with, so a reload never changes a
/// request under way.
package final class Generation: Sendable {
    package let number: Int
    package let configuration: Configuration
    package let http: HTTPConfiguration
    /// In the order of `HTTPConfiguration.upstreams`.
    package let upstreams: [UpstreamGroup]
    /// In the order of `HTTPConfiguration.canaries`.
    package let canaries: [CanaryEntry]
    /// By name in lower case; groups of fixed URLs are named `host:port`.
    private let upstreamsByName: [String: UpstreamGroup]
    /// By `LocationConfiguration.number`.
    package let plans: [LocationPlan]
    package let facts: ProcessFacts
    /// What became of configurations on trial.
    package let reloads: ReloadRecord
    /// Who `auth_basic` knows.
    package let users: UserDirectory
    package let domainSets: DomainSets
    /// In the order of `HTTPConfiguration.connectionZones`.
    let connectionZones: [ConnectionZone]
    /// In the order of `HTTPConfiguration.bandwidthZones`.
    let bandwidthZones: [BandwidthZone]
    /// In the order of `HTTPConfiguration.exits`; `nil` for those without TLS.
    let parentTLS: [ParentTLS?]
    /// UDP associations of SOCKS clients.
    let associations = Lock(AssociationCounts())
    private let bindings: [ListenAddress: ListenerSetup]
    private let logs: GenerationLogs
    /// Ports that are listened on for all addresses and for single ones.
    private let sharedPorts: Set<Int>
    /// Ports where a forward proxy listens.
    private let forwardPorts: Set<Int>
    /// By the settings without what only concerns one request.
    private let resolvers: [ResolverSettings: NameResolver]
    private let stapling: [StapleUpkeep]
    /// Tells when nothing uses this generation any more.
    package let end = GenerationEnd()
    private let transient = Lock<[TransientTarget: UpstreamGroup]>([:])

    package init(number: Int, configuration: Configuration, http: HTTPConfiguration, environment: GenerationEnvironment)
        throws(AssemblyError)
    {
        var environment = environment
        // What is built here may keep the environment, and must not keep the generation before.
        let predecessor = environment.takePredecessor()
        environment.configurationDirectory = configuration.directory
        self.number = number
        self.configuration = configuration
        self.http = http
        facts = environment.facts
        reloads = environment.reloads
        logs = try GenerationLogs(configuration: configuration, http: http, environment: environment)
        environment.log = logs.main
        var random = SystemRandomNumberGenerator()
        users = UserDirectory(using: &random)
        resolvers = try NameResolver.makeAll(http, environment: environment)
        let groups = try UpstreamGroup.makeAll(http.upstreams, after: predecessor, environment: environment)
        upstreams = groups
        upstreamsByName = Dictionary(groups.map { ($0.settings.name.lowercased(), $0) }) { $0.settings.isImplicit ? $1 : $0 }
        canaries = try CanaryEntry.makeAll(http, groups: groups, environment: environment)
        plans = try LocationPlan.makeAll(http, upstreams: groups, environment: environment)
        parentTLS = try ParentTLS.makeAll(http.exits, environment: environment)
        domainSets = try DomainSets(http.domainSets, files: environment.files, log: logs.main, key: random.next())
        let zones = environment.limitZones
        connectionZones = http.connectionZones.map { zones.zone($0) }
        bandwidthZones = http.bandwidthZones.map { zones.zone($0) }
        var bindings: [ListenAddress: ListenerSetup] = [:]
        let contexts = TLSContexts(environment: environment)
        for listener in http.listeners {
            let tls = listener.listen.usesTLS ? try ListenerTLS(listener, contexts: contexts) : nil
            bindings[listener.listen.address] = ListenerSetup(configuration: listener, tls: tls)
        }
        self.bindings = bindings
        stapling = StapleUpkeep.makeAll(
            contexts.contexts(of: http.servers), resolvers: resolvers, memory: environment.staples, log: logs.main)
        sharedPorts = Generation.sharedPorts(bindings.keys)
        forwardPorts = Set(
            http.listeners.filter { $0.allServers.contains(where: \.isForwardProxy) }.compactMap { listener in
                if case .ip(_, let port) = listener.listen.address { port } else { nil }
            })
    }

    deinit { end.announce() }

    /// What is configured for connections to a listening socket.
    /// - Parameter local: where the connection arrived; asked only when a socket for all addresses also serves `listen` lines of single ones.
    package func binding(for address: ListenAddress, local: () -> SocketAddress?) -> ListenerBinding? {
        var address = address
        if dependsOnArrival(address), let own = local()?.listeningKey, bindings[own] != nil { address = own }
        guard let found = bindings[address] else { return nil }
        return ListenerBinding(generation: self, setup: found)
    }

    /// Whether what is configured for connections to a listening socket depends on where they arrived.
    func dependsOnArrival(_ address: ListenAddress) -> Bool {
        if case .ip(let ip, let port) = address { ip.isWildcard && sharedPorts.contains(port) } else { false }
    }

    private static func sharedPorts(_ addresses: some Collection<ListenAddress>) -> Set<Int> {
        var counts: [Int: Int] = [:]
        for case .ip(_, let port) in addresses { counts[port, default: 0] += 1 }
        return Set(counts.filter { $0.value > 1 }.keys)
    }

    /// Whether a forward proxy listens on `port`, at whatever address.
    package func isForwardPort(_ port: Int) -> Bool { forwardPorts.contains(port) }

    /// The group that a computed URL means: the `upstream` block of that name where the URL has no port, else that of a fixed URL.
    package func upstreamGroup(named name: String, port: Int, isPortGiven: Bool) -> UpstreamGroup? {
        let name = name.lowercased()
        if !isPortGiven, let group = upstreamsByName[name] { return group }
        return upstreamsByName["\(name):\(port)"]
    }

    private struct TransientTarget: Hashable {
        let name: String
        let addresses: [SocketAddress]
    }

    /// The group for a target that a request computed; made at its first use, at most so many of them.
    /// - Parameter keepalive: idle connections that each loop keeps for it.
    package func transientGroup(_ key: String, _ addresses: [SocketAddress], keepalive: Int = 0) -> UpstreamGroup {
        let target = TransientTarget(name: key, addresses: addresses)
        return transient.withLock { groups in
            if let known = groups[target] { return known }
            if groups.count >= 1024 { groups.removeAll() }
            let position = SourcePosition(file: "", line: 0, column: 0)
            var settings = UpstreamSettings(name: key, isImplicit: true, position: position)
            settings.keepalive = keepalive
            let servers = addresses.map {
                // As nginx, which makes such peers anew for each request: a failure does not let them rest.
                UpstreamServer(address: $0, spec: PeerSpec(name: $0.description, maxFails: 0))
            }
            let group = UpstreamGroup(number: -1 - groups.count, settings: settings, servers: servers)
            groups[target] = group
            return group
        }
    }

    /// Looks names up for requests with the settings of their `resolver`; nil when that is off.
    package func resolver(for settings: ResolverSettings) -> NameResolver? { resolvers[settings.sharedPart] }

    package func proxyPlan(for location: LocationConfiguration) -> SharedProxyPlan? { plans[location.number].proxy }

    package func realIPRules(for location: LocationConfiguration) -> RealIP? { plans[location.number].realIP }

    // MARK: Logs

    /// Writes an error line about a request: who, which server, which request, as nginx's lines end.
    package func log(_ level: LogLevel, _ message: @autoclosure () -> String, _ exchange: Exchange) {
        let log = logs.errorLog(for: exchange.location)
        guard log.isEnabled(level) else { return }
        log.log(level, message() + ErrorLogSuffix.text(for: exchange), connection: exchange.connection.number)
    }

    /// Writes an error line about a connection that has no request.
    package func log(_ level: LogLevel, _ message: @autoclosure () -> String, _ client: ClientFacts, server: ServerConfiguration) {
        let log = logs.errorLog(for: server.root)
        guard log.isEnabled(level) else { return }
        log.log(level, message() + ErrorLogSuffix.text(for: client, server.root.settings.errorLogClient), connection: client.number)
    }

    package func logAccess(_ exchange: Exchange) { logs.logAccess(exchange) }

    package var processLog: ErrorLog { logs.main }

    /// What is done for this generation as long as it is the current one, or on trial.
    var upkeep: [any Upkeep] {
        upstreams.flatMap { $0.upkeep(in: self) } + stapling + [domainSets]
    }

    /// The same for rollouts, which belong to the process: a generation on trial leaves them alone.
    var rolloutUpkeep: [any Upkeep] { canaries.map { $0.upkeep(log: processLog) } }

    /// The group that `settings` of another generation became here.
    func group(sameAs settings: UpstreamSettings) -> UpstreamGroup? {
        upstreams.first { $0.settings.name == settings.name && $0.settings.isImplicit == settings.isImplicit }
    }
}

/// What the process around a generation provides.
package struct GenerationEnvironment: Sendable {
    package let facts: ProcessFacts
    package let logFiles: LogFiles
    package private(set) var files: any FileSource
    package let resolver: any NameResolving
    /// Session caches and ticket keys live on over reloads.
    package let tlsState = TLSSharedState()
    let staples = StapleMemory()
    /// What health checks found lives on over reloads.
    package let healthMemory = HealthMemory()
    /// So do sessions that `sticky learn` has learned.
    package let stickyZones = StickyZones()
    /// So does what limits have counted.
    let limitZones = LimitZones()
    /// So do rollouts.
    package let canaries = CanaryTable()
    /// So does what became of configurations on trial.
    package let reloads = ReloadRecord()
    /// Where relative names of certificates begin; ends in a slash.
    package fileprivate(set) var configurationDirectory = ""
    /// The generation that the one that is built comes after; `nil` for the first of a process.
    private var predecessor: Generation?
    /// Servers that were changed at run time live on over reloads.
    let stateFiles = StateFiles()
    /// The error log of the generation that is built.
    package fileprivate(set) var log: ErrorLog
    /// Where errors go when the configuration names no `error_log`.
    package let fallbackLog: ErrorLog

    package init(logFiles: LogFiles, files: any FileSource, prefix: String) {
        self.logFiles = logFiles
        self.files = files
        resolver = SystemNames()
        facts = ProcessFacts(hostname: Array(LogSystem.hostName().utf8), counters: SharedCounters(), prefix: prefix)
        fallbackLog = ErrorLog([.init(.file(logFiles.standardError), level: .error)])
        log = fallbackLog
    }

    /// The same, for a generation that comes after another, with its own files.
    package func reading(_ files: any FileSource, after predecessor: Generation) -> GenerationEnvironment {
        var copy = self
        copy.files = files
        copy.predecessor = predecessor
        return copy
    }

    mutating func takePredecessor() -> Generation? {
        defer { predecessor = nil }
        return predecessor
    }

    /// A PEM file as TLS takes it: read through `files`, since a process without privileges may not open it itself.
    package func pemSource(_ path: String) -> PEMSource {
        (try? files.read(path)).map { .data($0, name: path) } ?? .file(path)
    }
}

/// Facts about the process that requests can ask for.
package struct ProcessFacts: Sendable {
    /// `$hostname`.
    package let hostname: [UInt8]
    /// Counters of all loops.
    package let counters: SharedCounters
    /// Where relative paths begin.
    package let prefix: String

    package init(hostname: [UInt8], counters: SharedCounters, prefix: String) {
        self.hostname = hostname
        self.counters = counters
        self.prefix = prefix
    }
}

/// A configuration that is well formed but cannot be set to work: an unreadable certificate, an unknown host.
package struct AssemblyError: Error, CustomStringConvertible {
    package let message: String
    package let position: SourcePosition?

    package init(_ message: String, at position: SourcePosition? = nil) {
        self.message = message
        self.position = position
    }

    package var description: String {
        guard let position else { return message }
        return "\(message) in \(position.file):\(position.line)"
    }
}

/// The counters of all loops, for status pages.
package final class SharedCounters: Sendable {
    private let loops = Lock<[LoopCounters]>([])

    package init() {}

    package func add(_ counters: LoopCounters) { loops.withLock { $0.append(counters) } }

    package struct Sum: Equatable {
        package var accepted = 0
        package var handled = 0
        package var requests = 0
        package var active = 0
        package var reading = 0
        package var writing = 0
        package var waiting = 0
    }

    package var sum: Sum {
        var sum = Sum()
        for loop in loops.withLock({ $0 }) {
            sum.accepted += loop.accepted.load(ordering: .relaxed)
            sum.handled += loop.handled.load(ordering: .relaxed)
            sum.requests += loop.requests.load(ordering: .relaxed)
            sum.active += loop.active.load(ordering: .relaxed)
            sum.reading += loop.reading.load(ordering: .relaxed)
            sum.writing += loop.writing.load(ordering: .relaxed)
            sum.waiting += loop.waiting.load(ordering: .relaxed)
        }
        return sum
    }
}
