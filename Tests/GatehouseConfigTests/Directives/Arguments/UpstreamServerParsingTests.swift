import GatehouseConfig
import GatehouseWire
import Testing

struct UpstreamServerParsingTests {
    static let position = SourcePosition(file: "test", line: 1, column: 1)

    @Test func `every parameter has its field`() throws {
        let words = [
            "10.0.0.1:81", "weight=5", "max_conns=7", "max_fails=0", "fail_timeout=1m", "backup", "down", "resolve", "drain", "route=a",
            "slow_start=30s",
        ]
        let server = try UpstreamServerSettings(parsing: words, method: .roundRobin, position: Self.position)
        #expect(server.address == .ip(.v4(0x0a00_0001), port: 81))
        #expect(server.name == "10.0.0.1:81")
        #expect(server.weight == 5)
        #expect(server.maxConnections == 7)
        #expect(server.maxFails == 0)
        #expect(server.failTimeout == .seconds(60))
        #expect(server.isBackup && server.isDown && server.resolvesContinually)
        #expect(server.isDraining && server.route == Array("a".utf8) && server.slowStart == .seconds(30))
    }

    @Test func `a name is looked up again and again, an address never`() throws {
        let name = try UpstreamServerSettings(
            parsing: ["a.example", "resolve", "service=_http._tcp"], method: .roundRobin, position: Self.position)
        #expect(name.nameToResolve == "a.example" && name.service == "_http._tcp")
        let address = try UpstreamServerSettings(parsing: ["127.0.0.1", "resolve"], method: .roundRobin, position: Self.position)
        #expect(address.nameToResolve == nil)
    }

    @Test(arguments: [
        (["h", "service=http"], #"service upstream "h" requires "resolve" parameter"#, 0),
        (["h:80", "resolve", "service=http"], #"service upstream "h:80" may not have port"#, 0),
        (["127.0.0.1", "service=http", "resolve"], #"service upstream "127.0.0.1" requires domain name"#, 0),
        (["h", "resolve", "service="], "service is empty", 2),
        (["h", "weight=0"], #"invalid parameter "weight=0""#, 1), (["h", "weight="], #"invalid parameter "weight=""#, 1),
        (["h", "up"], #"invalid parameter "up""#, 1), (["h", "down", "fail_timeout=1ms"], #"invalid parameter "fail_timeout=1ms""#, 2),
        (["h/x"], #"invalid host in upstream "h/x""#, 0),
        (["h", "backup"], #"balancing method does not support parameter "backup""#, 1),
        (["h", "slow_start=1s"], #"balancing method does not support parameter "slow_start=1s""#, 1),
        (["h", "route="], "route is empty", 1), (["h", "route=" + String(repeating: "a", count: 33)], "route is longer than 32", 1),
        (["h", "drain=1"], #"invalid parameter "drain=1""#, 1),
    ])
    func `a malformed server is refused`(words: [String], message: String, index: Int) {
        let error = #expect(throws: ArgumentError.self) {
            try UpstreamServerSettings(parsing: words, method: .ipHash, position: Self.position)
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
