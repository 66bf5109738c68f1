/// `error_log`.
enum ErrorLogDirective {
    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "error_log", [.main, .http, .server, .location], .between(1, 2), repeats: true, default: "logs/error.log error",
            "Where errors are written: a file, stderr or syslog, from a level on.", read: read),
        DirectiveRow(
            "error_log_client", .everyLevel, .exactly(1), default: "whole",
            "How much of the client's address is written: whole, masked (its network), or off."
        ) { reader in
            reader.scope.location.errorLogClient = try reader.option(0, ["whole": .whole, "masked": .masked, "off": .off])
        },
    ]

    @Sendable private static func read(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let log = ErrorLogSettings(sink: try sink(reader), level: try level(reader))
        reader.scope.location.errorLogs.append(log, level: reader.depth)
        if reader.context == .main { reader.scope.main.errorLogs.append(log, level: reader.depth) }
    }

    private static func sink(_ reader: DirectiveReader) throws(ConfigurationError) -> LogSink {
        let text = reader.string(0)
        if text == "stderr" { return .standardError }
        if text.hasPrefix("memory:") { throw reader.fail("\"memory:\" logs are not supported", at: 0) }
        guard text.hasPrefix("syslog:") else { return .file(reader.path(0, .prefix)) }
        do throws(ArgumentError) {
            return .syslog(try SyslogParameters.parse(text))
        } catch {
            throw reader.fail(error.message, at: 0)
        }
    }

    private static func level(_ reader: DirectiveReader) throws(ConfigurationError) -> LogLevel {
        guard reader.count == 2 else { return .error }
        let name = reader.string(1)
        if let level = LogLevel.allCases.first(where: { $0.name == name }) { return level }
        // nginx's parts of the debug log; here it is one.
        if name.hasPrefix("debug_") { return .debug }
        let accepted = LogLevel.allCases.map(\.name).joined(separator: ", ")
        throw reader.fail("invalid log level \"\(name)\"", at: 1, hints: ["the levels are \(accepted)"])
    }
}
