/// `syslog:server=ADDRESS[,facility=…][,severity=…][,tag=…][,nohostname]`, of `access_log` and `error_log`.
package enum SyslogParameters {
    private static let facilities = [
        "kern", "user", "mail", "daemon", "auth", "intern", "lpr", "news", "uucp", "clock", "authpriv", "ftp", "ntp", "audit", "alert",
        "cron", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ]
    private static let severities = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"]

    /// - Parameter text: the argument with its `syslog:`.
    package static func parse(_ text: String) throws(ArgumentError) -> SyslogSettings {
        var server: UpstreamAddress?
        var seen: Set<String> = []
        var settings = SyslogSettings(server: .unix(""))
        for part in text.dropFirst("syslog:".count).split(separator: ",", omittingEmptySubsequences: false) {
            let words = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let value = words.count == 2 ? words[1] : nil
            if value != nil && !seen.insert(words[0]).inserted { throw ArgumentError("duplicate syslog \"\(words[0])\"") }
            switch (words[0], value) {
            case ("server", let value?): server = try address(value)
            case ("facility", let value?): settings.facility = try position(of: value, in: facilities, called: "facility")
            case ("severity", let value?): settings.severity = try position(of: value, in: severities, called: "severity")
            case ("tag", let value?): settings.tag = try tag(value)
            case ("nohostname", nil): settings.includesHostname = false
            default: throw ArgumentError("unknown syslog parameter \"\(part)\"")
            }
        }
        guard let server else { throw ArgumentError("no syslog server specified") }
        settings.server = server
        return settings
    }

    private static func address(_ text: String) throws(ArgumentError) -> UpstreamAddress {
        do {
            return try NetworkTarget(parsing: Array(text.utf8), defaultPort: 514, allowsURI: false).address
        } catch {
            throw ArgumentError("\(error.message) in syslog server \"\(text)\"")
        }
    }

    private static func position(of value: String, in names: [String], called what: String) throws(ArgumentError) -> Int {
        guard let position = names.firstIndex(of: value) else { throw ArgumentError("unknown syslog \(what) \"\(value)\"") }
        return position
    }

    /// RFC 3164, section 4.1.3: letters and digits, at most 32 of them.
    private static func tag(_ text: String) throws(ArgumentError) -> String {
        if text.utf8.count > 32 { throw ArgumentError("syslog tag length exceeds 32") }
        let isValid = text.utf8.allSatisfy { byte in
            let lower = byte | 0x20
            return (48...57).contains(byte) || (97...122).contains(lower) || byte == UInt8(ascii: "_")
        }
        guard isValid else { throw ArgumentError("syslog \"tag\" only allows alphanumeric characters and underscore") }
        return text
    }
}
