/// `log_format NAME [escape=…] STRING…`.
package struct LogFormat: Sendable {
    package enum Escape: Sendable, Equatable { case standard, json, none }
    package var name: String
    package var escape: Escape
    package var template: Template

    package init(name: String, escape: Escape, template: Template) {
        self.name = name
        self.escape = escape
        self.template = template
    }
}

/// One `access_log`.
package struct AccessLogSettings: Sendable {
    package enum Sink: Sendable {
        /// Absolute path.
        case file(String)
        /// The path holds variables; relative to the prefix when it renders to a relative path.
        case variableFile(Template)
        case standardError
        case syslog(SyslogSettings)
    }
    package var sink: Sink
    package var format: LogFormat
    /// Lines wait in a buffer of this size; `nil` writes them as they come.
    package var bufferSize: Int?
    package var flushInterval: Duration?
    package var gzipLevel: Int?
    /// `if=`: no line when it renders to an empty string or `0`.
    package var condition: Template?

    package init(sink: Sink, format: LogFormat) {
        self.sink = sink
        self.format = format
    }
}

/// How much of a client's address lines of the error log tell.
package enum ClientDisclosure: Sendable, Equatable {
    case whole
    /// The network: 24 bits of an IPv4 address, 48 of an IPv6 one.
    case masked
    case off
}
