import GatehouseConfig
import GatehouseRuntime
import Glibc

/// What the program does after its arguments are understood.
package enum Startup {
    package enum Mode: Sendable, Equatable {
        case serve
        /// `-t`, and with `dumps` `-T`.
        case test(dumps: Bool)
        /// `-s`.
        case signal(String)
        /// A command for the control socket of the running server.
        case control([String])
    }

    /// Runs the program to its end.
    /// - Parameter files: where the configuration comes from.
    /// - Parameter whenListening: called once clients can connect, in the foreground or the background process.
    /// - Returns: the exit code. A process that serves does not return when it ends.
    package static func run(
        _ options: StartOptions, _ mode: Mode, files origin: any FileSource = SystemFileSource(), whenListening: () -> Void = {}
    ) -> Int32 {
        do {
            let source = try makeSource(options, mode, origin)
            let files = RecordingFileSource(origin)
            let configuration = try read(source, files)
            switch mode {
            case .signal(let name): return send(name, configuration, source)
            case .control(let words): try CommandCall(words, configuration).run()
            case .test(let dumps): return try test(configuration, source, files, dumps: dumps)
            case .serve: return try serve(configuration, source, files, whenListening)
            }
        } catch {
            StartupReport.show(error)
            if case .test = mode { StartupReport.say("configuration file \(options.configurationPath) test failed") }
            return 1
        }
    }

    /// Opens the first log, the one that `-e` names; without it messages go to the terminal.
    private static func makeSource(
        _ options: StartOptions, _ mode: Mode, _ origin: any FileSource
    ) throws(SystemError) -> GenerationSource {
        let logs = LogFiles(writer: try LogWriter())
        var options = options
        var sink = logs.standardError
        if options.errorLogPath != "stderr" {
            if !options.needsErrorLog { ProcessSystem.makeDirectory(of: options.errorLogPath) }
            do throws(LogFileError) {
                sink = try logs.open(options.errorLogPath)
            } catch {
                if options.needsErrorLog {
                    StartupReport.print("\(StartupReport.program): [alert] could not open error log file: \(error)")
                }
                options.errorLogPath = "stderr"
            }
        }
        var isTest = false
        if case .test = mode { isTest = true }
        return GenerationSource(
            options: options, origin: origin, logs: logs, fallback: ErrorLog([.init(.file(sink), level: .notice)]), isTest: isTest)
    }

    private static func read(_ source: GenerationSource, _ files: RecordingFileSource) throws -> Configuration {
        // What is shown at the terminal need not be logged there as well.
        let record = { (write: (ErrorLog) -> Void) in if source.options.errorLogPath != "stderr" { write(source.fallback) } }
        do {
            let configuration = try source.load(files)
            for warning in configuration.warnings {
                StartupReport.print("\(StartupReport.program): \(warning.rendered)")
                record { StartupReport.log(warning, to: $0) }
            }
            return configuration
        } catch {
            record { StartupReport.log(error, to: $0) }
            throw error
        }
    }

    // MARK: -t

    private static func test(
        _ configuration: Configuration, _ source: GenerationSource, _ files: RecordingFileSource, dumps: Bool
    ) throws -> Int32 {
        let path = source.options.configurationPath
        if !source.options.isQuiet { StartupReport.say("the configuration file \(path) syntax is ok") }
        let prepared = try source.prepare(configuration, files: files, current: ListeningTable())
        prepared.listening.close()
        if !source.options.isQuiet { StartupReport.say("configuration file \(path) test is successful") }
        if dumps { try dump(configuration) }
        return 0
    }

    private static func dump(_ configuration: Configuration) throws(SystemError) {
        for file in configuration.files {
            try LogSystem.write(Array("# configuration file \(file.path):\n".utf8) + file.content + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
        }
    }

    // MARK: -s

    private static let signals = ["stop": SIGTERM, "quit": SIGQUIT, "reopen": SIGUSR1, "reload": SIGHUP]

    private static func send(_ name: String, _ configuration: Configuration, _ source: GenerationSource) -> Int32 {
        let path = pidPath(configuration, source)
        guard let content = try? SystemFileSource().read(path) else {
            StartupReport.print("\(StartupReport.program): [error] open() \"\(path)\" failed (\(errno): \(SystemError.message(of: errno)))")
            return 1
        }
        let text = String(decoding: content, as: UTF8.self).prefix { $0.isASCII && $0.isNumber }
        guard let process = Int32(text), process > 0, let signal = signals[name] else {
            StartupReport.print("\(StartupReport.program): [error] invalid PID number \"\(text)\" in \"\(path)\"")
            return 1
        }
        guard kill(process, signal) == 0 else {
            let code = errno
            StartupReport.print(
                "\(StartupReport.program): [alert] kill(\(process), \(signal)) failed (\(code): \(SystemError.message(of: code)))")
            return 1
        }
        return 0
    }

    // MARK: Serving

    private static func serve(
        _ configuration: Configuration, _ source: GenerationSource, _ files: RecordingFileSource, _ whenListening: () -> Void
    ) throws -> Int32 {
        let inherited = BinaryUpgrade.inherited()
        let prepared: PreparedGeneration
        do {
            prepared = try source.prepare(configuration, files: files, current: ListeningTable(inheriting: inherited))
        } catch {
            StartupReport.log(error, to: (try? source.errorLog(configuration)) ?? source.fallback)
            throw error
        }
        var all = ServerProcess.signals
        all.append(SIGCHLD)
        ProcessSystem.block(all)
        signal(SIGPIPE, SIG_IGN)
        let announcement = configuration.main.isDaemon && inherited.isEmpty ? try Daemon.detach() : nil
        let pidFile = PidFile(path: pidPath(configuration, source))
        do { try pidFile.create() } catch {
            prepared.log.log(.emerg, error.description)
            throw error
        }
        announcement?.ready()
        whenListening()
        announce(prepared, inherited)
        runProcesses(prepared, source, pidFile, predecessor: inherited.isEmpty ? nil : getppid())
        return 0
    }

    private static func runProcesses(
        _ prepared: PreparedGeneration, _ source: GenerationSource, _ pidFile: PidFile, predecessor: Int32?
    ) {
        do throws(SystemError) {
            if prepared.configuration.main.hasMasterProcess {
                try MasterProcess(prepared, source: source, pidFile: pidFile, predecessor: predecessor).run()
            } else {
                ServerProcess(prepared, source: source, control: nil).run {
                    pidFile.remove()
                    prepared.listening.removeFiles()
                }
            }
        } catch {
            prepared.log.log(.alert, "\(error)")
        }
    }

    private static func announce(_ prepared: PreparedGeneration, _ inherited: [Int32]) {
        if !inherited.isEmpty { prepared.log.log(.notice, "using inherited sockets from \"\(BinaryUpgrade.variable)\"") }
        prepared.log.log(.notice, "\(ProgramVersion.full), compatible with \(ProgramVersion.compatibility)")
        if prepared.configuration.main.hasMasterProcess { prepared.log.log(.notice, "start worker processes") }
    }

    private static func pidPath(_ configuration: Configuration, _ source: GenerationSource) -> String {
        let path = configuration.main.pidPath
        return path.hasPrefix("/") ? path : source.options.prefix + path
    }
}
