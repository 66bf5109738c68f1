import GatehouseConfig

/// What a reload finds changed of the directives that no running process can follow. By their names.
extension MainSettings {
    /// What the server process is from its start on: a new one has to be started.
    func processDirectives(changedSince earlier: MainSettings) -> [String] {
        let changes = [
            ("user", user != earlier.user || group != earlier.group), ("worker_processes", loopCount != earlier.loopCount),
            ("worker_rlimit_nofile", openFilesLimit != earlier.openFilesLimit),
            ("worker_rlimit_core", coreFileLimit != earlier.coreFileLimit),
            ("working_directory", workingDirectory != earlier.workingDirectory),
            ("worker_priority", workerPriority != earlier.workerPriority),
            ("env", !environment.elementsEqual(earlier.environment) { $0 == $1 }),
        ]
        return changes.filter(\.1).map(\.0)
    }

    /// What the whole program is from its start on.
    func programDirectives(changedSince earlier: MainSettings) -> [String] {
        let changes = [
            ("daemon", isDaemon != earlier.isDaemon), ("master_process", hasMasterProcess != earlier.hasMasterProcess),
            ("pid", pidPath != earlier.pidPath),
        ]
        return changes.filter(\.1).map(\.0)
    }
}

extension [String] {
    /// `"a", "b" and "c"`.
    var quotedList: String {
        let all = map { "\"\($0)\"" }
        return all.count < 2 ? all.joined() : all.dropLast().joined(separator: ", ") + " and " + (all.last ?? "")
    }
}
