import GatehouseConfig

extension ErrorLog {
    /// An `error_log` that cannot be set to work.
    package enum OpeningError: Error, CustomStringConvertible {
        case file(LogFileError)
        case syslog(SyslogError)

        package var description: String {
            switch self {
            case .file(let error): error.description
            case .syslog(let error): error.description
            }
        }
    }

    /// The log of one level of the configuration; opens its files.
    package convenience init(_ settings: [ErrorLogSettings], logs: LogFiles) throws(OpeningError) {
        var outputs: [Output] = []
        for setting in settings {
            outputs.append(Output(try Self.open(setting.sink, logs: logs), level: setting.level))
        }
        self.init(outputs)
    }

    private static func open(_ sink: LogSink, logs: LogFiles) throws(OpeningError) -> Sink {
        switch sink {
        case .standardError: return .file(logs.standardError)
        case .file(let path):
            do { return .file(try logs.open(path)) } catch { throw .file(error) }
        case .syslog(let settings):
            do { return .syslog(try SyslogSender(settings)) } catch { throw .syslog(error) }
        }
    }
}
