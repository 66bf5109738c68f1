import GatehouseConfig
import GatehouseWire
import Testing

@testable import Gatehouse

@Suite struct ErrorLogTests {
    let time = LocalTime(year: 2026, month: 11, day: 3, hour: 5, minute: 0, second: 9, offset: 0)

    @Test func `a line has nginx's layout`() {
        let line = ErrorLog.line(.error, "no live upstreams", connection: 7, at: time, process: 12, thread: 13)
        #expect(String(decoding: line, as: UTF8.self) == "2026/11/03 05:00:09 [error] 12#13: *7 no live upstreams\n")
    }

    @Test func `a line without a connection leaves its number out`() {
        let line = ErrorLog.line(.notice, "exit", connection: nil, at: time, process: 12, thread: 12)
        #expect(String(decoding: line, as: UTF8.self) == "2026/11/03 05:00:09 [notice] 12#12: exit\n")
    }

    @Test func `each sink gets the lines of its own level`() throws {
        let directory = try TemporaryDirectory()
        let files = LogFiles(writer: try LogWriter())
        let log = ErrorLog([
            .init(.file(try files.open(directory.path("all"))), level: .debug),
            .init(.file(try files.open(directory.path("grave"))), level: .error),
        ])
        log.log(.info, "one")
        log.log(.crit, "two")
        #expect(directory.read("all").split(separator: "\n").count == 2)
        #expect(directory.read("grave").split(separator: "\n").count == 1)
        #expect(directory.read("grave").contains("[crit]"))
    }

    @Test func `a level that no sink takes is not enabled, and its message is never composed`() throws {
        let directory = try TemporaryDirectory()
        let files = LogFiles(writer: try LogWriter())
        let log = ErrorLog([.init(.file(try files.open(directory.path("log"))), level: .warn)])
        var composed = 0
        func message() -> String {
            composed += 1
            return "x"
        }
        log.log(.notice, message())
        #expect(!log.isEnabled(.notice) && log.isEnabled(.warn) && composed == 0)
    }

    @Test(arguments: [
        (23, 3, true, "<187>Nov  3 05:00:09 box nginx: hello"), (1, 6, false, "<14>Nov  3 05:00:09 nginx: hello"),
    ])
    func `a syslog message carries priority, time, host and tag`(facility: Int, severity: Int, host: Bool, expected: String) {
        var settings = SyslogSettings(server: .ip(.v4(0x7f00_0001), port: 514))
        settings.facility = facility
        settings.includesHostname = host
        let message = SyslogSender.message(Array("hello".utf8), settings: settings, severity: severity, hostName: "box", at: time)
        #expect(String(decoding: message, as: UTF8.self) == expected)
    }

    @Test func `a syslog server that is an unknown name is refused`() {
        #expect(throws: SyslogError(server: "nowhere")) { try SyslogSender(SyslogSettings(server: .name("nowhere", port: 514))) }
    }

    @Test func `an address becomes the bytes of a sockaddr`() {
        #expect(SocketBytes(.v4(0x7f00_0001), port: 8080).bytes == [2, 0, 0x1f, 0x90, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8))
        #expect(SocketBytes(.v6(0, 1), port: 80).bytes.count == 28)
        #expect(SocketBytes(path: "/a").bytes == [1, 0, 0x2f, 0x61, 0])
    }
}
