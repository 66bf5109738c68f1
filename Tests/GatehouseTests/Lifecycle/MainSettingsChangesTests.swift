import GatehouseConfig
import Testing

@testable import Gatehouse

@Suite struct MainSettingsChangesTests {
    private static let process: [(@Sendable (inout MainSettings) -> Void, String)] = [
        ({ $0.user = "www" }, "user"), ({ $0.group = "www" }, "user"), ({ $0.workerProcesses = .fixed(7) }, "worker_processes"),
        ({ $0.openFilesLimit = 99 }, "worker_rlimit_nofile"), ({ $0.coreFileLimit = 0 }, "worker_rlimit_core"),
        ({ $0.workingDirectory = "/" }, "working_directory"), ({ $0.workerPriority = 3 }, "worker_priority"),
        ({ $0.environment = [("A", nil)] }, "env"),
    ]
    private static let program: [(@Sendable (inout MainSettings) -> Void, String)] = [
        ({ $0.isDaemon = false }, "daemon"), ({ $0.hasMasterProcess = false }, "master_process"), ({ $0.pidPath = "other" }, "pid"),
    ]

    @Test(arguments: process.indices) func `what a process is takes another process`(index: Int) {
        var changed = MainSettings()
        Self.process[index].0(&changed)
        #expect(changed.processDirectives(changedSince: MainSettings()) == [Self.process[index].1])
        #expect(changed.programDirectives(changedSince: MainSettings()).isEmpty)
    }

    @Test(arguments: program.indices) func `what the program is takes another start`(index: Int) {
        var changed = MainSettings()
        Self.program[index].0(&changed)
        #expect(changed.programDirectives(changedSince: MainSettings()) == [Self.program[index].1])
        #expect(changed.processDirectives(changedSince: MainSettings()).isEmpty)
    }

    @Test func `everything else is followed by the running process`() {
        var changed = MainSettings()
        changed.workerConnections = 4
        changed.shutdownTimeout = .seconds(1)
        changed.acceptsMany = true
        #expect(changed.processDirectives(changedSince: MainSettings()).isEmpty)
        #expect(changed.programDirectives(changedSince: MainSettings()).isEmpty)
    }
}
