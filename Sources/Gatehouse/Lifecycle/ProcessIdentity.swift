import CGatehouse
import GatehouseConfig
import GatehouseRuntime
import Glibc

/// What the server process becomes after the fork: its user, its limits, its place.
struct ProcessIdentity {
    /// Who the server process runs as; nil where the parent is not root and nothing changes.
    let user: (name: String, user: UInt32, group: UInt32)?
    private let settings: MainSettings

    /// - Throws: where the user or group that the configuration names does not exist.
    init(_ settings: MainSettings) throws(ProcessError) {
        self.settings = settings
        guard geteuid() == 0 else {
            user = nil
            return
        }
        let name = settings.user ?? "nobody"
        let found = try ProcessSystem.userIdentity(name)
        let group = try settings.group.map { name throws(ProcessError) in try ProcessSystem.groupIdentity(name) }
        user = (name, found.user, group ?? found.group)
    }

    /// Gives up privileges for good. Called once, in the server process, before anything is accepted.
    func assume(log: ErrorLog) throws(ProcessError) {
        if settings.workerPriority != 0, !ProcessSystem.setPriority(settings.workerPriority) {
            log.log(.alert, "setpriority(\(settings.workerPriority)) failed (\(errno): \(SystemError.message(of: errno)))")
        }
        applyLimits(log: log)
        for name in settings.environmentToForget(of: ProcessSystem.allEnvironment()) { ProcessSystem.forgetEnvironment(name) }
        for (name, value) in settings.environment {
            if let value { ProcessSystem.setEnvironment(name, value) }
        }
        if let user { try ProcessSystem.become(user.name, user: user.user, group: user.group) }
        if let directory = settings.workingDirectory { try ProcessSystem.enter(directory) }
    }

    private func applyLimits(log: ErrorLog) {
        if let limit = settings.openFilesLimit {
            let result = gatehouse_set_descriptor_limit(UInt64(limit))
            if result < 0 { log.log(.alert, "setrlimit(RLIMIT_NOFILE, \(limit)) failed (\(-result): \(SystemError.message(of: -result)))") }
        }
        if let limit = settings.coreFileLimit {
            let result = gatehouse_set_core_limit(UInt64(limit))
            if result < 0 { log.log(.alert, "setrlimit(RLIMIT_CORE, \(limit)) failed (\(-result): \(SystemError.message(of: -result)))") }
        }
    }
}

extension MainSettings {
    /// Names of the variables that the server process does not inherit: all but `TZ` and those that `env` names.
    /// - Parameter environment: `NAME=VALUE` of each.
    func environmentToForget(of environment: [String]) -> [String] {
        let kept = Set(self.environment.map(\.name) + ["TZ"])
        return environment.map { String($0.prefix { $0 != "=" }) }.filter { !kept.contains($0) }
    }

    /// How many event loops `worker_processes` asks for.
    package var loopCount: Int {
        switch workerProcesses {
        case .automatic: Int(gatehouse_processor_count())
        case .fixed(let count): max(1, count)
        }
    }
}
