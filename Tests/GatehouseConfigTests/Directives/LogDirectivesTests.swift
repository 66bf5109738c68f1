import GatehouseConfig
import Testing

@Suite struct LogDirectivesTests {
    @Test func `without a directive there is the combined log`() throws {
        let log = try #require(try location("").accessLogs.elements.first)
        guard case .file("/srv/gatehouse/logs/access.log") = log.sink else {
            Issue.record("another file")
            return
        }
        #expect(log.format.name == "combined")
        #expect(log.format.template.source.hasPrefix("$remote_addr - $remote_user [$time_local]"))
    }

    @Test func `parameters have their fields`() throws {
        let log = try location(
            "access_log l.log main buffer=32k flush=1m gzip=3 if=$args;", http: "log_format main escape=json '$uri' ' $status';"
        ).accessLogs.elements[0]
        #expect(log.bufferSize == 32768 && log.flushInterval == .seconds(60) && log.gzipLevel == 3)
        #expect(log.condition?.source == "$args")
        #expect(log.format.escape == .json)
        #expect(log.format.template.source == "$uri $status")
        #expect(log.format.template.parts.count == 3)
    }

    @Test func `off ends what an outer level says, and several logs add up`() throws {
        #expect(try location("access_log off;").accessLogs.isEmpty)
        #expect(try location("access_log a; access_log b;", server: "access_log c;").accessLogs.elements.count == 2)
    }

    @Test(arguments: [
        ("access_log a nothing;", #"unknown log format "nothing""#), ("access_log a combined buffer=x;", #"invalid buffer size "x""#),
        ("access_log a combined flush=1s;", #"no buffer is defined for access_log "a""#),
        ("access_log a$uri combined buffer=1k;", "buffered logs cannot have variables in name"),
        ("access_log syslog:server=a combined buffer=1k;", "logs to syslog cannot be buffered"),
        ("access_log a combined gzip=10;", #"invalid compression level "10""#),
        (
            "access_log a combined buffer=1k; access_log a combined; access_log a combined buffer=2k;",
            #"access_log "a" already defined with conflicting parameters"#
        ), ("access_log off x;", #"invalid parameter "x""#),
        ("access_log a combined what;", #"invalid parameter "what""#),
        ("open_log_file_cache valid=1m;", #""open_log_file_cache" must have "max" parameter"#),
    ])
    func `a wrong log is refused`(directives: String, message: String) {
        #expect(errorsInLocation(directives) == [message])
    }

    @Test(arguments: [
        ("log_format combined x;", #"duplicate "log_format" name "combined""#),
        ("log_format a x; log_format a y;", #"duplicate "log_format" name "a""#),
        ("log_format a escape=x y;", #"unknown log format escaping "x""#), ("log_format a $;", "invalid variable name"),
        ("log_format a $nothing;", #"unknown "nothing" variable"#),
    ])
    func `a wrong format is refused`(directives: String, message: String) {
        #expect(messages("\(directives) server { }") == [message])
    }
}
