import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// What is done to a group while it serves.
extension UpstreamGroup {
    /// The `server` lines as they are now.
    var lines: ServerLines { store.lines }

    /// Does one command to the lines, and to the peers what follows from it.
    func edit(
        now: MonotonicInstant, _ command: @escaping @Sendable (inout ServerLines) throws(ControlFailure) -> [ServerLines.Change]
    ) async throws(ControlFailure) {
        await apply(try await store.edit(command), now: now)
    }

    /// Makes the peers what the lines say, wherever the two differ.
    func reconcile(now: MonotonicInstant) async {
        let lines = lines
        let members = await pool.members
        let known = Set(members.map(\.line))
        let gone = known.filter { lines[$0] == nil }.sorted().map { ServerLines.Change.removed($0) }
        let others = lines.all.map { known.contains($0.number) ? ServerLines.Change.updated($0.number) : .added($0.number) }
        await apply(gone + others, now: now)
    }

    private func apply(_ changes: [ServerLines.Change], now: MonotonicInstant) async {
        for change in changes {
            switch change {
            case .added(let line): await add(line, now: now)
            case .removed(let line): await pool.change(removing: await members(of: line), adding: [], now: now)
            case .updated(let line): await update(line, now: now)
            }
        }
    }

    private func members(of line: Int) async -> [UpstreamPeer] { await pool.members.filter { $0.line == line } }

    private func add(_ line: Int, now: MonotonicInstant) async {
        guard let server = lines[line] else { return }
        if server.nameToResolve != nil { return names.add(line) }
        // Another command, or the generation itself, may have been faster.
        guard let address = server.fixedAddress, await members(of: line).isEmpty else { return }
        await pool.change(removing: [], adding: [settings.server(server, line: line, at: address)], now: now)
    }

    private func update(_ line: Int, now: MonotonicInstant) async {
        guard let server = lines[line] else { return }
        for peer in await members(of: line) {
            if server.nameToResolve == nil {
                await pool.update(peer, settings.server(server, line: line, at: peer.address).spec, now: now)
            } else {
                // Weight and tier are those of the records.
                await pool.set(peer, server.isDown ? .down : server.isDraining ? .draining : .up, now: now)
            }
        }
    }
}

/// Brings a group with a `state` file up to date when a process begins to serve.
struct StateUpkeep: Upkeep {
    let group: UpstreamGroup
    let log: ErrorLog

    func run(on loop: EventLoop) async {
        do throws(ControlFailure) {
            _ = try await group.store.catchUp()
        } catch {
            log.log(.error, "upstream \"\(group.settings.name)\": \(error)")
        }
        await group.reconcile(now: loop.now)
    }
}
