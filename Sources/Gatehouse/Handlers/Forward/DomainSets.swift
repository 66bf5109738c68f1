import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Owns the domain sets of a generation. A list that changes on disk is read again on a thread of its own, and takes the place of the
/// old one between two requests.
package final class DomainSets: Sendable, Upkeep {
    private struct State {
        var sets: [DomainSet] = []
        /// Of each set's files, as they were when it was read; `nil` for one that was not there.
        var statuses: [[FileStatus?]] = []
    }

    private static let interval: Duration = .seconds(5)
    private static let threads = BlockingPool(threadLimit: 1, queueLimit: 16)

    private let settings: [DomainSetSettings]
    private let state = Lock(State())
    private let log: ErrorLog
    private let key: UInt64

    /// Reads all lists: a generation that cannot have them does not come to be.
    package init(_ settings: [DomainSetSettings], files: any FileSource, log: ErrorLog, key: UInt64) throws(AssemblyError) {
        self.settings = settings
        self.log = log
        self.key = key
        for set in settings {
            let statuses = Self.statuses(of: set)
            do throws(FileSourceError) {
                let made = try Self.make(set, files: files, key: key, log)
                state.withLock { state in
                    state.sets.append(made)
                    state.statuses.append(statuses)
                }
            } catch {
                throw AssemblyError("open() of a list of domain_set \"\(set.name)\" failed (\(error.reason))", at: set.position)
            }
        }
    }

    /// By their numbers in the configuration.
    package var current: [DomainSet] { state.withLock { $0.sets } }

    package func run(on loop: EventLoop) async {
        if settings.allSatisfy(\.files.isEmpty) { return }
        while (try? await loop.sleep(until: loop.now + Self.interval)) != nil {
            await Self.threads.run { [self] in readChanged() }
        }
    }

    /// Reads the sets anew whose files are others than before. One that cannot be read stays as it was. Blocks.
    package func readChanged() {
        for (number, set) in settings.enumerated() {
            let statuses = Self.statuses(of: set)
            if statuses == state.withLock({ $0.statuses[number] }) { continue }
            do throws(FileSourceError) {
                let made = try Self.make(set, files: SystemFileSource(), key: key, log)
                state.withLock { $0.sets[number] = made }
                log.log(.notice, "domain_set \"\(set.name)\" has changed: \(made.count) names in \(made.memory / 1024) KiB")
            } catch {
                log.log(.error, "domain_set \"\(set.name)\" stays as it is: open() of a list failed (\(error.reason))")
            }
            // Also where it failed: it is said once for each change.
            state.withLock { $0.statuses[number] = statuses }
        }
    }

    private static func statuses(of set: DomainSetSettings) -> [FileStatus?] { set.files.map { try? FileStatus.of(path: $0) } }

    private static func make(
        _ settings: DomainSetSettings, files: any FileSource, key: UInt64, _ log: ErrorLog
    ) throws(FileSourceError) -> DomainSet {
        var builder = DomainSetBuilder(key: key)
        defer {
            if builder.skipped > 0 {
                log.log(.notice, "domain_set \"\(settings.name)\": \(builder.skipped) lines name no domain and are left out")
            }
        }
        for path in settings.files { builder.add(list: try files.read(path)) }
        for name in settings.names { builder.add(list: name) }
        for name in settings.exceptions { builder.add(name, .exception) }
        return builder.build()
    }
}
