/// `access_log` and `log_format`.
enum LogDirectives {
    private static let places: DirectiveContexts = [.http, .server, .location, .ifInLocation, .limitExcept]

    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "access_log", places, .atLeast(1), repeats: true, default: "logs/access.log combined", "Where a line for each request goes.",
            read: accessLog),
        DirectiveRow("log_format", .http, .atLeast(2), repeats: true, default: "combined \"…\"", "Names a format of lines.", read: format),
        DirectiveRow("open_log_file_cache", .everyLevel, .between(1, 4), default: "off", "Files of logs with variables in their name.") {
            try checkCache($0)
        },
    ]

    /// The log that holds where a configuration names none.
    static func standard(in shared: SharedConfiguration) -> AccessLogSettings {
        AccessLogSettings(sink: .file(shared.paths.absolute("logs/access.log", .prefix)), format: combined(in: shared))
    }

    private static let combinedText =
        #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "#
        + #""$http_referer" "$http_user_agent""#

    private static func combined(in shared: SharedConfiguration) -> LogFormat {
        let word = Argument(
            bytes: Array(combinedText.utf8), position: SourcePosition(file: "", line: 0, column: 0), sourceLength: 0, wasQuoted: true)
        // The text is ours and holds only variables that exist.
        let template = try? TemplateCompiler(variables: shared.http.variables, word: word).compile(word.bytes)
        return LogFormat(name: "combined", escape: .standard, template: template ?? Template(literal: ""))
    }

    private static func accessLog(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.string(0) == "off" {
            if reader.count > 1 { throw reader.fail("invalid parameter \"\(reader.string(1))\"", at: 1) }
            return reader.scope.location.accessLogs.clear(level: reader.depth)
        }
        var log = AccessLogSettings(sink: try sink(reader), format: try knownFormat(reader))
        if reader.count > 2 {
            for index in 2..<reader.count { try apply(parameter: index, of: reader, to: &log) }
        }
        try check(log, reader)
        reader.scope.location.accessLogs.append(log, level: reader.depth)
    }

    private static func sink(_ reader: DirectiveReader) throws(ConfigurationError) -> AccessLogSettings.Sink {
        let text = reader.string(0)
        if text.hasPrefix("syslog:") {
            return .syslog(try reader.checked(try SyslogParameters.parse(text)))
        }
        let template = try reader.template(0)
        return template.constant == nil ? .variableFile(template) : .file(reader.path(0, .prefix))
    }

    /// nginx finds names of formats in any case.
    private static func knownFormat(_ reader: DirectiveReader) throws(ConfigurationError) -> LogFormat {
        let name = reader.count > 1 ? reader.string(1) : "combined"
        let formats = reader.scope.http.logFormats
        if let format = formats[name] ?? formats.first(where: { $0.key.lowercased() == name.lowercased() })?.value { return format }
        if name.lowercased() == "combined" { return combined(in: reader.scope.shared) }
        throw reader.fail(
            "unknown log format \"\(name)\"", at: 1,
            hints: ["defined so far: \((formats.keys.sorted() + ["combined"]).joined(separator: ", "))"])
    }

    private static func apply(
        parameter index: Int, of reader: DirectiveReader, to log: inout AccessLogSettings
    ) throws(ConfigurationError) {
        let (key, value) = reader.keyValue(index)
        switch (key, value) {
        case ("buffer", let value?):
            guard let size = Quantity.size(Array(value.utf8), allowsGiga: false), size > 0 else {
                throw reader.fail("invalid buffer size \"\(value)\"", at: index)
            }
            log.bufferSize = size
        case ("flush", let value?):
            guard let interval = Quantity.duration(Array(value.utf8)), interval > .zero else {
                throw reader.fail("invalid flush time \"\(value)\"", at: index)
            }
            log.flushInterval = interval
        case ("gzip", let value):
            guard let level = value.map({ Quantity.integer($0.utf8) }) ?? 1, (1...9).contains(level) else {
                throw reader.fail("invalid compression level \"\(value ?? "")\"", at: index)
            }
            log.gzipLevel = level
            if log.bufferSize == nil { log.bufferSize = 65536 }
        case ("if", let value?):
            log.condition = try reader.template(Array(value.utf8), at: index)
        default:
            throw reader.fail(
                "invalid parameter \"\(reader.string(index))\"", at: index,
                hints: ["\"access_log\" accepts \"buffer=\", \"flush=\", \"gzip\", \"if=\" after the format"])
        }
    }

    private static func check(_ log: AccessLogSettings, _ reader: DirectiveReader) throws(ConfigurationError) {
        guard log.bufferSize != nil else {
            if log.flushInterval != nil { throw reader.fail("no buffer is defined for access_log \"\(reader.string(0))\"", at: 0) }
            return
        }
        switch log.sink {
        case .variableFile: throw reader.fail("buffered logs cannot have variables in name", at: 0)
        case .syslog: throw reader.fail("logs to syslog cannot be buffered", at: 0)
        case .file(let path): try checkBuffer(log, path, reader)
        case .standardError: break
        }
    }

    /// A file has one buffer, whichever directive names it.
    private static func checkBuffer(_ log: AccessLogSettings, _ path: String, _ reader: DirectiveReader) throws(ConfigurationError) {
        guard let first = reader.scope.http.bufferedLogs[path] else {
            reader.scope.http.bufferedLogs[path] = log
            return
        }
        let isSame = first.bufferSize == log.bufferSize && first.flushInterval == log.flushInterval && first.gzipLevel == log.gzipLevel
        guard isSame else {
            throw reader.fail("access_log \"\(reader.string(0))\" already defined with conflicting parameters", at: 0)
        }
    }

    private static func format(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let name = reader.string(0)
        guard name != "combined", reader.scope.http.logFormats[name] == nil else {
            throw reader.fail("duplicate \"log_format\" name \"\(name)\"", at: 0)
        }
        var first = 1
        var escape = LogFormat.Escape.standard
        if case ("escape", let value?) = reader.keyValue(1) {
            switch value {
            case "default": break
            case "json": escape = .json
            case "none": escape = .none
            default:
                throw reader.fail(
                    "unknown log format escaping \"\(value)\"", at: 1, hints: ["there are \"default\", \"json\" and \"none\""])
            }
            first = 2
        }
        // The texts follow each other without anything between them; each is compiled alone, so that an error points at it.
        var parts: [Template.Part] = []
        var source = ""
        for index in first..<max(first, reader.count) {
            parts += try reader.template(index).parts
            source += reader.string(index)
        }
        reader.scope.http.logFormats[name] = LogFormat(name: name, escape: escape, template: Template(source: source, parts: parts))
    }

    /// The parameters are checked; files whose names hold variables stay open as long as the log writer sees fit.
    private static func checkCache(_ reader: DirectiveReader) throws(ConfigurationError) {
        var hasMaximum = false
        for index in 0..<reader.count {
            let (key, value) = reader.keyValue(index)
            let text = value ?? ""
            let isValid: Bool
            switch key {
            case "max", "min_uses": isValid = Quantity.integer(text.utf8) != nil
            case "inactive", "valid": isValid = Quantity.duration(Array(text.utf8), wholeSeconds: true) != nil
            case "off": isValid = value == nil
            default: isValid = false
            }
            if !isValid { throw reader.fail("invalid \"open_log_file_cache\" parameter \"\(reader.string(index))\"", at: index) }
            if key == "max" || key == "off" { hasMaximum = true }
        }
        if !hasMaximum { throw reader.fail("\"open_log_file_cache\" must have \"max\" parameter") }
    }
}
