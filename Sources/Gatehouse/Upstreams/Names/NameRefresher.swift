import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Keeps the peers of one `server NAME resolve` line in step with the name servers.
struct NameRefresher: Sendable {
    let group: UpstreamGroup
    let line: Int
    let settings: UpstreamServerSettings
    let key: KnownNames.Key
    let resolver: NameResolver
    let timeout: Duration
    /// `valid=` of the resolver.
    let valid: Duration?
    let log: ErrorLog
    /// What the generation before knew, and the peers that were made of it.
    let known: KnownNames.Answer?
    let peers: [UpstreamPeer]

    /// Asks again and again, until the task is cancelled or the line has left the group.
    /// - Parameter answered: called after each attempt, whatever came of it.
    func run(on loop: EventLoop, answered: () async -> Void) async {
        guard let name = DNSName(key.name) else { return log.log(.error, "\(key.name) is no name that could be resolved") }
        var machine = NameRefreshMachine(rules, known: known?.peers ?? [], due: known?.due)
        var members = Dictionary(uniqueKeysWithValues: zip(machine.peers.map(\.number), peers))
        while await wait(until: machine.due, on: loop), group.lines[line] != nil {
            guard let report = await ask(name, on: loop) else { return }
            note(report)
            let change = machine.answered(report.answer, now: loop.now)
            group.names.known[key] = KnownNames.Answer(peers: machine.peers.map(\.peer), due: machine.due)
            if !change.isEmpty { await apply(change, to: &members, now: loop.now) }
            await answered()
        }
    }

    private var rules: NameRefreshMachine.Rules {
        .init(
            weight: settings.weight, isBackup: settings.isBackup, allowsBackup: group.method.isByTurns, negativeLifetime: valid,
            longestPause: timeout)
    }

    /// False when the task is cancelled.
    private func wait(until due: MonotonicInstant, on loop: EventLoop) async -> Bool {
        if due <= loop.now { return !Task.isCancelled }
        return (try? await loop.sleep(until: due)) != nil
    }

    private func ask(_ name: DNSName, on loop: EventLoop) async -> NameResolver.NameReport? {
        guard let service = key.service else { return await resolver.report(on: name, timeout: timeout, on: loop) }
        // As nginx: a plain word is the name of a TCP service, anything with a dot is complete.
        let prefix = service.contains(".") ? service : "_\(service)._tcp"
        guard let full = DNSName("\(prefix).\(name)") else { return NameResolver.NameReport(.none(until: nil), failure: .hostNotFound) }
        return await resolver.report(onService: full, timeout: timeout, on: loop)
    }

    private func note(_ report: NameResolver.NameReport) {
        for (target, failure) in report.targetFailures {
            log.log(.error, "\(target) could not be resolved (\(failure)) while resolving service \(key.service ?? "") of \(key.name)")
        }
        guard let failure = report.failure else { return }
        let what = key.service.map { "service \($0) of \(key.name)" } ?? key.name
        log.log(.error, "\(what) could not be resolved (\(failure)) in upstream \"\(group.settings.name)\"")
    }

    private func apply(
        _ change: NameRefreshMachine.Change, to members: inout [NameRefreshMachine.PeerNumber: UpstreamPeer], now: MonotonicInstant
    ) async {
        // What people have said of the line meanwhile holds for peers that come.
        let settings = group.lines[line] ?? settings
        let gone = change.removed.compactMap { members.removeValue(forKey: $0) }
        let servers = change.added.map { group.settings.server(settings, line: line, at: $0.peer) }
        let added = await group.pool.change(removing: gone, adding: servers, now: now)
        for (entry, peer) in zip(change.added, added) { members[entry.number] = peer }
        // The line may have left while the pool was busy; who removed it has not seen these then.
        if group.lines[line] == nil { await group.pool.change(removing: added, adding: [], now: now) }
    }
}

extension UpstreamSettings {
    /// A peer that the name of a `server … resolve` line stands for.
    func server(_ settings: UpstreamServerSettings, line: Int, at peer: NamedPeer) -> UpstreamServer {
        var settings = settings
        settings.weight = peer.weight
        settings.isBackup = peer.isBackup
        if let server = peer.server { settings.name = server }
        var port = peer.port ?? 0
        if peer.port == nil, case .name(_, let own) = settings.address { port = UInt16(own) }
        return server(settings, line: line, at: .ip(peer.address, port: port))
    }
}
