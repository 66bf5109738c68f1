import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// The logs of one generation: the error log of every location, and where access lines go.
package final class GenerationLogs: Sendable {
    package let main: ErrorLog
    private let errorLogs: [ErrorLog]
    private let accessLogs: [[AccessLog]]

    package init(configuration: Configuration, http: HTTPConfiguration, environment: GenerationEnvironment) throws(AssemblyError) {
        let opened = OpenedLogs(environment)
        let main = try opened.errorLog(configuration.main.errorLogs.elements) ?? environment.fallbackLog
        self.main = main
        var errorLogs: [ErrorLog] = []
        var accessLogs: [[AccessLog]] = []
        for location in http.allLocations {
            errorLogs.append(try opened.errorLog(location.settings.errorLogs.elements) ?? main)
            accessLogs.append(try opened.accessLogs(location.settings.accessLogs.elements))
        }
        self.errorLogs = errorLogs
        self.accessLogs = accessLogs
    }

    package func errorLog(for location: LocationConfiguration) -> ErrorLog { errorLogs[location.number] }

    package func logAccess(_ exchange: Exchange) {
        for log in accessLogs[exchange.location.number] { log.write(exchange) }
    }
}

/// Opens each log once, however many locations write to it.
private final class OpenedLogs {
    private let environment: GenerationEnvironment
    private var errorLogs: [[ErrorLogSettings]: ErrorLog] = [:]
    private var syslogs: [SyslogSettings: SyslogSender] = [:]

    init(_ environment: GenerationEnvironment) { self.environment = environment }

    func errorLog(_ settings: [ErrorLogSettings]) throws(AssemblyError) -> ErrorLog? {
        if settings.isEmpty { return nil }
        if let known = errorLogs[settings] { return known }
        do throws(ErrorLog.OpeningError) {
            let log = try ErrorLog(settings, logs: environment.logFiles)
            errorLogs[settings] = log
            return log
        } catch {
            throw AssemblyError("\(error)")
        }
    }

    func accessLogs(_ settings: [AccessLogSettings]) throws(AssemblyError) -> [AccessLog] {
        var logs: [AccessLog] = []
        for setting in settings { logs.append(AccessLog(setting, try sink(of: setting), facts: environment.facts)) }
        return logs
    }

    private func sink(of setting: AccessLogSettings) throws(AssemblyError) -> AccessLog.Sink {
        switch setting.sink {
        case .standardError: return .file(environment.logFiles.standardError)
        case .variableFile(let template): return .variable(template, environment.logFiles)
        case .syslog(let settings):
            if let known = syslogs[settings] { return .syslog(known) }
            do throws(SyslogError) {
                let sender = try SyslogSender(settings)
                syslogs[settings] = sender
                return .syslog(sender)
            } catch {
                throw AssemblyError("\(error)")
            }
        case .file(let path):
            do throws(LogFileError) {
                let buffering = LogFile.Buffering(size: setting.bufferSize ?? 0, interval: setting.flushInterval)
                return .file(try environment.logFiles.open(path, buffering: buffering))
            } catch {
                throw AssemblyError("\(error)")
            }
        }
    }
}
