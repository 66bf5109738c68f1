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
        let journal = try settings.journalFile.map { path throws(AssemblyError) in try Self.journal(path, settings) }
        var machine = CanaryRolloutMachine(settings.rules, now: now)
        if let kept = CanaryStateFile(settings, baseline: baseline, canary: canary)?.read(now: now, log: log) { machine = kept }
        let router = CanaryRouter(name: settings.name, machine, failures: settings.failures, origin: now, journal: journal)
        return routers.withLock { routers in
            if let known = routers[key] { return known }
            routers[key] = router
            return router
        }
    }

    private static func journal(_ path: String, _ settings: CanarySettings) throws(AssemblyError) -> @Sendable (String) -> Void {
        do {
            let file = try AppendFile(path: path)
            return { file.append(Array($0.utf8) + [UInt8(ascii: "\n")]) }
        } catch {
            throw AssemblyError("the journal \"\(path)\" of canary \"\(settings.name)\" cannot be opened: \(error)", at: settings.position)
        }
    }
}
