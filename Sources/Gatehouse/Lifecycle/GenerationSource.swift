import GatehouseConfig
import GatehouseRuntime
import Glibc

/// A generation that has been read, checked and built, with its listening sockets, but that does not serve yet.
struct PreparedGeneration {
    let configuration: Configuration
    let server: Server
    let listening: ListeningTable
    let snapshot: FileSnapshot
    let identity: ProcessIdentity
    let log: ErrorLog
}

/// Reads the configuration and builds a generation of it, at the start, for `-t` and for each reload.
struct GenerationSource {
    let options: StartOptions
    /// Where configurations, certificates and keys come from.
    let origin: any FileSource
    let logs: LogFiles
    /// Where messages go before the configuration has named its own error log, and when it names none.
    let fallback: ErrorLog
    /// `-t`: an address in use is no error.
    var isTest = false

    enum Failure: Error {
        case configuration([ConfigurationDiagnostic])
        case other(String)
    }

    /// Reads the configuration only.
    func load(_ files: any FileSource) throws(Failure) -> Configuration {
        let loader = ConfigurationLoader(
            prefix: options.prefix, configurationPath: options.configurationPath, globalDirectives: options.globalDirectives,
            errorLogPath: options.errorLogPath, reader: files)
        switch loader.load() {
        case .success(let configuration): return configuration
        case .failure(let failure): throw .configuration(failure.errors + failure.warnings)
        }
    }

    /// The whole way from the files to a server that only has to be run. Blocks: addresses in use are tried for two seconds.
    /// - Parameter current: the sockets of the generation before; those still wanted are taken over. None is closed here.
    func prepare(_ configuration: Configuration, files: RecordingFileSource, current: ListeningTable) throws(Failure) -> PreparedGeneration
    {
        let log = try errorLog(configuration)
        let identity = try describing { () throws(ProcessError) in try ProcessIdentity(configuration.main) }
        var triesLeft = 4
        let listening = try describing { () throws(ListeningError) in
            try current.adapted(to: configuration.listens, loops: configuration.main.loopCount) { error in
                if isTest { return .leaveOut }
                guard triesLeft > 0 else { return .fail }
                triesLeft -= 1
                log.log(.emerg, error.description)
                log.log(.notice, "try again to bind() after 500ms")
                usleep(500_000)
                return .tryAgain
            }
        }
        do throws(Failure) {
            let server = try makeServer(configuration, listening: listening, files: files)
            try makeTemporaryDirectories(server, identity)
            return PreparedGeneration(
                configuration: configuration, server: server, listening: listening, snapshot: files.snapshot, identity: identity, log: log)
        } catch {
            listening.close(except: current)
            throw error
        }
    }

    private func makeServer(
        _ configuration: Configuration, listening: ListeningTable, files: RecordingFileSource
    ) throws(Failure) -> Server {
        try describing { () throws(AssemblyError) in
            try Server(
                configuration: configuration, listening: listening.descriptors, logs: logs, writer: logs.writer, files: files,
                prefix: options.prefix)
        }
    }

    private func makeTemporaryDirectories(_ server: Server, _ identity: ProcessIdentity) throws(Failure) {
        try describing { () throws(ProcessError) in
            for path in server.temporaryDirectories {
                try ProcessSystem.makeDirectory(path, owner: identity.user.map { ($0.user, $0.group) })
            }
        }
    }

    /// The log of the main context.
    func errorLog(_ configuration: Configuration) throws(Failure) -> ErrorLog {
        let settings = configuration.main.errorLogs.elements
        if settings.isEmpty { return fallback }
        return try describing { () throws(ErrorLog.OpeningError) in try ErrorLog(settings, logs: logs) }
    }

    private func describing<T, E: Error & CustomStringConvertible>(_ body: () throws(E) -> T) throws(Failure) -> T {
        do { return try body() } catch { throw .other(error.description) }
    }
}
