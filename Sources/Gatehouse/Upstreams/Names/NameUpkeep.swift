import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Looks up the names of one group as long as its generation is the current one.
struct NameUpkeep: Upkeep {
    let group: UpstreamGroup
    let resolver: NameResolver
    let settings: ResolverSettings
    let log: ErrorLog

    func run(on loop: EventLoop) async {
        await withDiscardingTaskGroup { tasks in
            for await line in group.names.lines {
                guard let refresher = await refresher(for: line) else { continue }
                tasks.addTask { await refresher.run(on: loop) { await answered(line, now: loop.now) } }
            }
            tasks.cancelAll()
        }
        // Whoever still waits for names waits in vain now.
        await group.pool.setAwaitsPeers(false, now: loop.now)
    }

    private func answered(_ line: Int, now: MonotonicInstant) async {
        if group.names.answered(line) { await group.pool.setAwaitsPeers(false, now: now) }
    }

    private func refresher(for line: Int) async -> NameRefresher? {
        guard let server = group.lines[line], let key = KnownNames.Key(server) else { return nil }
        return NameRefresher(
            group: group, line: line, settings: server, key: key, resolver: resolver, timeout: settings.timeout, valid: settings.valid,
            log: log, known: group.names.inherited[line], peers: await group.pool.members.filter { $0.line == line })
    }
}
