import GatehousePolicy

/// The main context: the process itself.
enum MainDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow("daemon", .main, .flag, default: "on", "Goes to the background.") { $0.scope.main.isDaemon = try $0.flag() },
        DirectiveRow("master_process", .main, .flag, default: "on", "Keeps a parent process that watches over the serving one.") {
            $0.scope.main.hasMasterProcess = try $0.flag()
        },
        DirectiveRow(
            "worker_processes", .main, .exactly(1), default: "1", "Number of event loops, or \"auto\" for one a core.", read: readWorkers),
        DirectiveRow("pid", .main, .exactly(1), default: "logs/nginx.pid", "File that holds the process number.") {
            $0.scope.main.pidPath = $0.path(0, .prefix)
        },
        DirectiveRow("user", .main, .between(1, 2), "User and group of the serving process.") {
            guard $0.scope.shared.host.isPrivileged else {
                return $0.warn(
                    "the \"user\" directive makes sense only if the master process runs with super-user privileges, ignored", at: 0)
            }
            $0.scope.main.user = $0.string(0)
            $0.scope.main.group = $0.string($0.count - 1)
        },
        DirectiveRow("worker_rlimit_nofile", .main, .exactly(1), "Limit of open files.") {
            $0.scope.main.openFilesLimit = try $0.integer(0)
        },
        DirectiveRow("worker_rlimit_core", .main, .exactly(1), "Limit of a core file.") { $0.scope.main.coreFileLimit = try $0.offset(0) },
        DirectiveRow("working_directory", .main, .exactly(1), "Directory the process runs in.") {
            $0.scope.main.workingDirectory = $0.path(0, .prefix)
        },
        DirectiveRow("worker_priority", .main, .exactly(1), default: "0", "Nice value of the serving process.", read: readPriority),
        DirectiveRow("worker_shutdown_timeout", .main, .exactly(1), "How long draining may take.") {
            $0.scope.main.shutdownTimeout = try $0.duration(0)
        },
        DirectiveRow(
            "reload_canary", .main, .between(1, 2), default: "off",
            "The share of new connections with which a reload to this configuration begins, and for how long.", read: readTrial),
        DirectiveRow(
            "control", .main, .exactly(1), "Socket file, after \"unix:\", that takes commands of the user it belongs to.", read: readControl
        ),
        DirectiveRow("env", .main, .exactly(1), repeats: true, "Keeps or sets an environment variable.") {
            $0.scope.main.environment.append(($0.keyValue(0).key, $0.keyValue(0).value))
        },
        DirectiveRow("load_module", .main, .exactly(1), repeats: true, "Names a module of nginx; what it would add is built in or unknown.")
        {
            $0.warn("\"load_module\" is ignored: there are no loadable modules", at: 0)
        },
        .ignored("lock_file", .main, .exactly(1), because: "Nothing needs a lock file: all loops live in one process."),
        .ignored("debug_points", .main, .exactly(1), because: "Broken invariants always end the process."),
        .ignored("timer_resolution", .main, .exactly(1), because: "The clock is read once a turn of the loop already."),
        .ignored("worker_cpu_affinity", .main, .atLeast(1), because: "The kernel places the threads."),
        .ignored(
            "ssl_object_cache_inheritable", .main, .flag, because: "Each configuration reads its certificates anew."),
        .ignored("ssl_engine", .main, .exactly(1), because: "OpenSSL 3 has providers instead of engines."),
    ]

    static let eventRows: [DirectiveRow] = [
        DirectiveRow("events", .main, .block(0...0), "Settings of the event loops.") { reader in
            reader.readBlock(into: ConfigurationScope(.events, inside: reader.scope))
        },
        DirectiveRow(
            "worker_connections", .events, .exactly(1), default: "512", "Connections a loop may hold, those to upstreams included."
        ) {
            $0.scope.main.workerConnections = try $0.integer(0)
        },
        .ignored("accept_mutex_delay", .events, .exactly(1), because: "There is no accept lock."),
        .ignored("debug_connection", .events, .exactly(1), repeats: true, because: "The debug log is set for all connections or for none."),
    ]

    @Sendable private static func readTrial(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.string(0) == "off" && reader.count == 1 { return }
        guard reader.count == 2 else { throw reader.refuse("takes \"off\", or a share and a time", hints: ["reload_canary 5% 2m;"]) }
        guard let share = CanaryShare(reader.string(0)), share > .none, share < .all else {
            throw reader.fail(
                "invalid share \"\(reader.string(0))\"", at: 0, hints: ["it is a percentage above 0% and below 100%, such as 5% or 0.25%"])
        }
        let period = try reader.duration(1)
        if period <= .zero { throw reader.refuse("invalid value", at: 1) }
        reader.scope.main.reloadTrial = ReloadTrialRules(share: share, period: period)
    }

    @Sendable private static func readWorkers(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.string(0) == "auto" {
            reader.scope.main.workerProcesses = .automatic
            return
        }
        guard let count = Quantity.integer(reader.bytes(0)) else { throw reader.refuse("invalid value", at: 0) }
        reader.scope.main.workerProcesses = .fixed(max(1, count))
    }

    @Sendable private static func readControl(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        guard reader.string(0).hasPrefix("unix:") else {
            throw reader.refuse("takes a path", at: 0, hints: ["as in \"control unix:/run/gatehouse.sock;\""])
        }
        let path = reader.scope.shared.paths.absolute(String(reader.string(0).dropFirst(5)), .prefix)
        if path.hasSuffix("/") || reader.string(0) == "unix:" { throw reader.refuse("takes a path", at: 0) }
        // struct sockaddr_un holds 108 bytes, the last one zero.
        if path.utf8.count > 107 { throw reader.refuse("takes a shorter path", at: 0) }
        reader.scope.main.control = (path, reader.position)
    }

    @Sendable private static func readPriority(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let text = reader.bytes(0)
        let isNegative = text.first == UInt8(ascii: "-")
        let hasSign = isNegative || text.first == UInt8(ascii: "+")
        guard let value = Quantity.integer(text.dropFirst(hasSign ? 1 : 0)) else { throw reader.refuse("invalid number", at: 0) }
        reader.scope.main.workerPriority = isNegative ? -value : value
    }
}
