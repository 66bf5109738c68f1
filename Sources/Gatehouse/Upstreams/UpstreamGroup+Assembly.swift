import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

extension UpstreamGroup {
    /// Builds every group of a configuration. Names are looked up with the system's resolver, as nginx does when it starts, except those
    /// that are looked up again and again: their first peers are what the generation before knew.
    static func makeAll(
        _ all: [UpstreamSettings], after predecessor: Generation?, environment: GenerationEnvironment
    ) throws(AssemblyError) -> [UpstreamGroup] {
        var groups: [UpstreamGroup] = []
        for settings in all {
            let before = predecessor?.group(sameAs: settings)
            groups.append(try make(settings, number: groups.count, after: before, environment: environment))
        }
        return groups
    }

    private static func make(
        _ settings: UpstreamSettings, number: Int, after before: UpstreamGroup?, environment: GenerationEnvironment
    ) throws(AssemblyError) -> UpstreamGroup {
        let store = try store(settings, environment: environment)
        var servers: [UpstreamServer] = []
        var inherited: [Int: KnownNames.Answer] = [:]
        let lines = store.lines.all
        for line in lines {
            if let key = KnownNames.Key(line.settings) {
                guard let known = before?.names.known[key]?.adapted(to: line.settings) else { continue }
                inherited[line.number] = known
                servers += known.peers.map { settings.server(line.settings, line: line.number, at: $0) }
            } else {
                for address in try resolve(line.settings, environment: environment) {
                    servers.append(settings.server(line.settings, line: line.number, at: address))
                }
            }
        }
        let named = lines.filter { $0.settings.nameToResolve != nil }
        try checkResolver(settings, for: named)
        let (log, name) = (environment.log, settings.name)
        return UpstreamGroup(
            number: number, settings: settings, servers: servers, store: store,
            names: GroupNames(named.map(\.number), inherited: inherited), stickiness: try stickiness(settings, environment: environment),
            health: settings.healthChecks.isEmpty ? nil : try GroupHealth(settings, environment: environment)
        ) { peer, change in
            log.log(change.level, "upstream \"\(name)\": peer \(peer.address) is \(change.to): \(change.reason)")
        }
    }

    private static func stickiness(
        _ settings: UpstreamSettings, environment: GenerationEnvironment
    ) throws(AssemblyError) -> Stickiness? {
        guard let sticky = settings.sticky else { return nil }
        guard case .learn(let learn) = sticky else { return Stickiness(sticky) }
        let capacity = StickySessions.capacity(ofZone: learn.zoneSize)
        let timeout = learn.timeout ?? .seconds(600)
        let zones = environment.stickyZones
        if let zone = zones.zone(learn.zone, group: settings.name, capacity: capacity, timeout: timeout) {
            return Stickiness(sticky, zone: zone)
        }
        let owner = zones.owner(of: learn.zone) ?? ""
        throw AssemblyError(
            "sticky zone \"\(learn.zone)\" is used in upstream \"\(settings.name)\" while previously it was used in upstream \"\(owner)\"",
            at: settings.position)
    }

    /// Lines of a `state` file come too late for the checks of a configuration.
    private static func checkResolver(_ settings: UpstreamSettings, for lines: [ServerLines.Line]) throws(AssemblyError) {
        guard let first = lines.first, settings.resolver?.isOff ?? true else { return }
        throw AssemblyError(
            "no resolver defined to resolve names at run time in upstream \"\(settings.name)\"", at: first.settings.position)
    }

    /// The servers of a `state` file, if there is one already, else those of the configuration.
    private static func store(_ settings: UpstreamSettings, environment: GenerationEnvironment) throws(AssemblyError) -> LineStore {
        guard let path = settings.statePath else { return LineStore(settings.servers) }
        return try environment.stateFiles.store(path, method: settings.method) { () throws(AssemblyError) in
            guard let content = try? environment.files.read(path) else { return settings.servers }
            return try StateText.read(content, file: path, method: settings.method)
        }
    }

    private static func resolve(
        _ server: UpstreamServerSettings, environment: GenerationEnvironment
    ) throws(AssemblyError) -> [SocketAddress] {
        if let address = server.fixedAddress { return [address] }
        guard case .name(let name, let port) = server.address else { return [] }
        let found = environment.resolver.resolve(name)
        if found.isEmpty { throw AssemblyError("host not found in upstream \"\(server.name)\"", at: server.position) }
        return found.map { .ip($0, port: UInt16(port)) }
    }

    /// What is done for the group as long as its generation is the current one.
    func upkeep(in generation: Generation) -> [any Upkeep] {
        var upkeep: [any Upkeep] = health.map { [GroupHealthChecks(group: self, health: $0)] } ?? []
        if settings.isImplicit { return upkeep }
        let log = generation.processLog
        if store.isKept { upkeep.append(StateUpkeep(group: self, log: log)) }
        if let resolverSettings = settings.resolver, let resolver = generation.resolver(for: resolverSettings) {
            upkeep.append(NameUpkeep(group: self, resolver: resolver, settings: resolverSettings, log: log))
        }
        return upkeep
    }
}

extension KnownNames.Answer {
    /// As nginx does when the configuration is loaded again: addresses stay, what the line says of them is new.
    fileprivate func adapted(to settings: UpstreamServerSettings) -> KnownNames.Answer {
        var adapted = self
        for index in peers.indices {
            if settings.service == nil || settings.weight != 1 { adapted.peers[index].weight = settings.weight }
            adapted.peers[index].isBackup = settings.isBackup || (settings.service != nil && peers[index].isBackup)
        }
        return adapted
    }
}
