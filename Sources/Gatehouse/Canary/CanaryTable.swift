import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// The rollouts of the process. They live longer than the generations that use them.
package final class CanaryTable: Sendable {
    private struct Key: Hashable {
        var name: String
        var baseline: String
        var canary: String
    }

    private let routers = Lock<[Key: CanaryRouter]>([:])

    package init() {}

    /// The rollout of a `canary` block: the one there is, one that a state file tells of, or a new one. A block that names other groups has
    /// another rollout. Reads the file, so it may block.
    package func router(
        for settings: CanarySettings, baseline: String, canary: String, now: MonotonicInstant, log: ErrorLog
    ) throws(AssemblyError) -> CanaryRouter {
        let key = Key(name: settings.name, baseline: baseline, canary: canary)
        if let known = routers.withLock({ $0[key] }) { return known }
        for path in [settings.stateFile, settings.journalFile].compactMap({ $0 }) { try checkDirectory(of: path, settings) }
        var machine = CanaryRolloutMachine(settings.rules, now: now)
        if let kept = CanaryStateFile(settings, baseline: baseline, canary: canary)?.read(now: now, log: log) { machine = kept }
        let router = CanaryRouter(name: settings.name, machine, failures: settings.failures, origin: now)
        return routers.withLock { routers in
            if let known = routers[key] { return known }
            routers[key] = router
            return router
        }
    }

    /// The files are opened by the server process only: here it is found out whether they can be.
    private func checkDirectory(of path: String, _ settings: CanarySettings) throws(AssemblyError) {
        let directory = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
        if FileSystem.realPath(directory.isEmpty ? "/" : directory) != nil { return }
        throw AssemblyError("no directory \"\(directory)\" for a file of canary \"\(settings.name)\"", at: settings.position)
    }
}
