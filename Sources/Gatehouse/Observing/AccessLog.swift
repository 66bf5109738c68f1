import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// One `access_log`: renders a line for each request and hands it to its sink, which never blocks the loop.
package struct AccessLog: Sendable {
    package enum Sink: Sendable {
        case file(LogFile)
        case variable(Template, LogFiles)
        case syslog(SyslogSender)
    }
    private let settings: AccessLogSettings
    private let sink: Sink
    private let facts: ProcessFacts

    package init(_ settings: AccessLogSettings, _ sink: Sink, facts: ProcessFacts) {
        self.settings = settings
        self.sink = sink
        self.facts = facts
    }

    package func write(_ exchange: Exchange) {
        if let condition = settings.condition, !exchange.isTrue(condition) { return }
        let line = exchange.context.loop.buffers.borrow(512)
        defer { exchange.context.loop.buffers.giveBack(line) }
        AccessLogLine.append(settings.format, of: exchange, to: line)
        switch sink {
        case .file(let file):
            line.append(UInt8(ascii: "\n"))
            file.append(line)
        case .variable(let template, let files):
            line.append(UInt8(ascii: "\n"))
            append(line, template, files, exchange)
        case .syslog(let sender): sender.send(line.bytes())
        }
    }

    private func append(_ line: ByteBuffer, _ template: Template, _ files: LogFiles, _ exchange: Exchange) {
        var path = exchange.renderText(template)
        if path.isEmpty { return }
        if !path.hasPrefix("/") { path = facts.prefix + path }
        do throws(LogFileError) {
            try files.openOnDemand(path).append(line)
        } catch {
            exchange.generation.log(.crit, "\(error) while logging request", exchange)
        }
    }
}

/// Renders one line: variables escaped as `log_format escape=` says, a dash for what has no value.
enum AccessLogLine {
    static func append(_ format: LogFormat, of exchange: Exchange, to line: ByteBuffer) {
        for part in format.template.parts {
            switch part {
            case .literal(let bytes): line.append(bytes)
            case .capture(let number): append(Array(exchange.captures.group(number)), format.escape, to: line)
            case .variable(let reference): append(reference, format.escape, of: exchange, to: line)
            }
        }
    }

    private static func append(_ reference: VariableReference, _ escape: LogFormat.Escape, of exchange: Exchange, to line: ByteBuffer) {
        if case .builtin(let variable) = reference, appendPlain(variable, of: exchange, to: line) { return }
        guard let value = exchange.optionalValue(of: reference) else {
            if escape == .standard { line.append(UInt8(ascii: "-")) }
            return
        }
        append(value, escape, to: line)
    }

    /// Values that never need escaping, straight into the line.
    private static func appendPlain(_ variable: BuiltinVariable, of exchange: Exchange, to line: ByteBuffer) -> Bool {
        switch variable {
        case .remote_addr: line.append(exchange.remoteAddressText)
        case .time_local: exchange.context.appendLogTime(to: line)
        case .body_bytes_sent: line.appendDecimal(exchange.response.bodyBytesSent)
        case .status: line.append(BuiltinVariables.padded(exchange.statusForLog, 3))
        default: return false
        }
        return true
    }

    private static func append(_ value: [UInt8], _ escape: LogFormat.Escape, to line: ByteBuffer) {
        switch escape {
        case .none: line.append(value)
        case .standard: appendEscaped(value, to: line)
        case .json: appendJSON(value, to: line)
        }
    }

    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func appendEscaped(_ value: [UInt8], to line: ByteBuffer) {
        if !value.contains(where: { $0 < 0x20 || $0 > 0x7E || $0 == 0x22 || $0 == 0x5C }) { return line.append(value) }
        for byte in value {
            if byte < 0x20 || byte > 0x7E || byte == 0x22 || byte == 0x5C {
                line.append("\\x")
                line.append(digits[Int(byte >> 4)])
                line.append(digits[Int(byte & 15)])
            } else {
                line.append(byte)
            }
        }
    }

    private static func appendJSON(_ value: [UInt8], to line: ByteBuffer) {
        for byte in value {
            switch byte {
            case 0x22: line.append("\\\"")
            case 0x5C: line.append("\\\\")
            case 0x0A: line.append("\\n")
            case 0x0D: line.append("\\r")
            case 0x09: line.append("\\t")
            case 0x08: line.append("\\b")
            case 0x0C: line.append("\\f")
            case 0..<0x20:
                line.append("\\u00")
                line.append(digits[Int(byte >> 4)])
                line.append(digits[Int(byte & 15)])
            default: line.append(byte)
            }
        }
    }
}
