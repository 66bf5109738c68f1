import GatehouseConfig
import GatehouseWire
import Testing

struct UpstreamServerParsingTests {
    static let position = SourcePosition(file: "test", line: 1, column: 1)

    @Test func `every parameter has its field`() throws {
        let words = ["10.0.0.1:81", "weight=5", "max_conns=7", "max_fails=0", "fail_timeout=1m", "backup", "down", "resolve"]
        let server = try UpstreamServerSettings(parsing: words, allowsBackup: true, position: Self.position)
        #expect(server.address == .ip(.v4(0x0a00_0001), port: 81))
        #expect(server.name == "10.0.0.1:81")
        #expect(server.weight == 5)
        #expect(server.maxConnections == 7)
        #expect(server.maxFails == 0)
        #expect(server.failTimeout == .seconds(60))
        #expect(server.isBackup && server.isDown && server.resolvesContinually)
    }

    @Test(arguments: [
        (["h", "weight=0"], #"invalid parameter "weight=0""#, 1), (["h", "weight="], #"invalid parameter "weight=""#, 1),
        (["h", "up"], #"invalid parameter "up""#, 1), (["h", "down", "fail_timeout=1ms"], #"invalid parameter "fail_timeout=1ms""#, 2),
        (["h/x"], #"invalid host in upstream "h/x""#, 0),
        (["h", "backup"], #"balancing method does not support parameter "backup""#, 1),
    ])
    func `a malformed server is refused`(words: [String], message: String, index: Int) {
        let error = #expect(throws: ArgumentError.self) {
            try UpstreamServerSettings(parsing: words, allowsBackup: false, position: Self.position)
        }
        #expect(error?.message == message && error?.index == index)
    }
}

struct SyslogParametersTests {
    @Test func `every parameter has its field`() throws {
        let syslog = try SyslogParameters.parse("syslog:server=[::1]:12345,facility=local3,severity=warn,tag=my_app,nohostname")
        #expect(syslog.server == .ip(.v6(0, 1), port: 12345))
        #expect(syslog.facility == 19)
        #expect(syslog.severity == 4)
        #expect(syslog.tag == "my_app")
        #expect(!syslog.includesHostname)
    }

    @Test(arguments: [
        ("syslog:server=a,server=b", #"duplicate syslog "server""#), ("syslog:server=a,facility=x", #"unknown syslog facility "x""#),
        ("syslog:server=a,severity=x", #"unknown syslog severity "x""#), ("syslog:tag=a", "no syslog server specified"),
        ("syslog:server=a,tag=a-b", #"syslog "tag" only allows alphanumeric characters and underscore"#),
        ("syslog:server=a,x", #"unknown syslog parameter "x""#), ("syslog:server=a:x", #"invalid port in syslog server "a:x""#),
    ])
    func `a malformed syslog address is refused`(text: String, message: String) {
        #expect(throws: ArgumentError(message)) { try SyslogParameters.parse(text) }
    }
}
