import GatehouseConfig
import Testing

@testable import Gatehouse

@Suite struct ServerLinesTests {
    private func lines(_ texts: String...) throws -> ServerLines {
        let content = texts.map { "server \($0);\n" }.joined()
        return ServerLines(try StateText.read(Array(content.utf8), file: "test", method: .roundRobin))
    }

    private func text(_ lines: ServerLines) -> String { String(decoding: StateText.write(lines), as: UTF8.self) }

    @Test func `a server that is added comes last, with a number of its own`() throws {
        var lines = try lines("127.0.0.1:1", "127.0.0.1:2")
        #expect(try lines.remove("127.0.0.1:2") == [.removed(1)])
        #expect(try lines.add(["127.0.0.1:3", "weight=2", "backup"], method: .roundRobin) == [.added(2)])
        #expect(text(lines) == "server 127.0.0.1:1;\nserver 127.0.0.1:3 weight=2 backup;\n")
        #expect(lines[2]?.weight == 2 && lines[1] == nil)
    }

    @Test(arguments: [
        (["127.0.0.1"], #"server "127.0.0.1" is there already"#), (["127.0.0.1:80"], #"server "127.0.0.1:80" is there already"#),
        (["name"], #""name" is a name: add it with "resolve", or add its addresses"#),
        (["127.0.0.2", "weight=0"], #"invalid parameter "weight=0""#), (["127.0.0.2:x"], #"invalid port in upstream "127.0.0.2:x""#),
        (["name", "service=http"], #"service upstream "name" requires "resolve" parameter"#),
    ])
    func `what cannot be added is refused`(words: [String], message: String) throws {
        var lines = try lines("127.0.0.1:80")
        #expect(throws: ControlFailure(message)) { try lines.add(words, method: .roundRobin) }
        #expect(lines.all.count == 1)
    }

    @Test func `a parameter that the method does not know is refused`() throws {
        var lines = try lines("127.0.0.1:80")
        #expect(throws: ControlFailure(#"balancing method does not support parameter "backup""#)) {
            try lines.add(["127.0.0.2", "backup"], method: .ipHash)
        }
    }

    @Test func `a server is found by its line and by its address in full`() throws {
        var lines = try lines("127.0.0.1", "[::1]:81", "unix:/run/a.sock", "name:82 resolve")
        for (number, name) in ["127.0.0.1:80", "[::1]:81", "unix:/run/a.sock", "name:82"].enumerated() {
            #expect(try lines.set(name, .down) == [.updated(number)])
        }
        #expect(lines.all.allSatisfy { $0.settings.isDown })
        #expect(throws: ControlFailure(#"no server "127.0.0.9:80""#)) { try lines.set("127.0.0.9:80", .down) }
    }

    @Test func `down, drain and up exclude each other`() throws {
        var lines = try lines("127.0.0.1:80 weight=3")
        for (administration, expected) in [
            (ServerLines.Administration.down, "server 127.0.0.1:80 weight=3 down;\n"), (.drain, "server 127.0.0.1:80 weight=3 drain;\n"),
            (.up, "server 127.0.0.1:80 weight=3;\n"),
        ] {
            _ = try lines.set("127.0.0.1:80", administration)
            #expect(text(lines) == expected)
        }
    }

    @Test func `parameters that are set replace those before, others stay`() throws {
        var lines = try lines("127.0.0.1:80 weight=3 max_conns=5 backup")
        #expect(try lines.set("127.0.0.1:80", ["weight=4", "fail_timeout=1m"], method: .roundRobin) == [.updated(0)])
        #expect(text(lines) == "server 127.0.0.1:80 weight=4 max_conns=5 fail_timeout=60s backup;\n")
        #expect(throws: ControlFailure.self) { try lines.set("127.0.0.1:80", ["weight=x"], method: .roundRobin) }
        #expect(throws: ControlFailure(#""resolve" cannot be changed"#)) { try lines.set("127.0.0.1:80", ["resolve"], method: .roundRobin) }
        #expect(lines[0]?.weight == 4)
    }

    @Test func `names keep the parameters they came with`() throws {
        var lines = try lines("name resolve")
        #expect(throws: ControlFailure.self) { try lines.set("name", ["weight=4"], method: .roundRobin) }
    }

    @Test func `lines that are the same keep their numbers when all are replaced`() throws {
        var first = try lines("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:2")
        let second = try lines("127.0.0.1:2", "127.0.0.1:3", "127.0.0.1:1 down")
        #expect(first.replace(with: second.all.map(\.settings)) == [.removed(0), .removed(2), .added(3), .added(4)])
        #expect(first.all.map(\.number) == [1, 3, 4])
        #expect(text(first) == text(second))
    }

    @Test func `no group grows without end`() throws {
        var lines = ServerLines([])
        _ = try lines.add(["127.0.0.1"], method: .roundRobin)
        lines = ServerLines(Array(repeating: lines.all[0].settings, count: ServerLines.most - 1))
        _ = try lines.add(["127.0.0.2"], method: .roundRobin)
        #expect(throws: ControlFailure.self) { try lines.add(["127.0.0.3"], method: .roundRobin) }
    }

    // MARK: The text

    @Test func `every parameter is written as it is read`() throws {
        let line =
            "name:81 weight=2 max_conns=3 max_fails=4 fail_timeout=5s slow_start=6s route=a resolve backup down drain"
        #expect(text(try lines(line)) == "server \(line);\n")
        #expect(text(try lines("name service=_http._tcp resolve")) == "server name service=_http._tcp resolve;\n")
    }

    @Test func `words with special bytes are quoted`() throws {
        let words = ["plain", "with space", #"quo"te\"#, "a;b", "{x}", "#no", "$v", ""]
        let line = words.map(ConfigurationWord.quoted).joined(separator: " ")
        #expect(line.hasPrefix("plain \"with space\""))
        #expect(try ConfigurationWord.split(Array(line.utf8)) == words)
    }

    @Test(arguments: [
        ("listen 80;", #"a state file has "server" lines, not "listen""#), ("server;", #"a state file has "server" lines, not "server""#),
        ("server a {", #"unexpected "{""#), ("}", #"unexpected "}""#),
        ("server 127.0.0.1", #"unexpected end of file, expecting ";" or "}""#),
        ("server 127.0.0.1 x;", #"invalid parameter "x""#),
    ])
    func `a file that is none is refused with its line`(content: String, message: String) {
        let error = #expect(throws: AssemblyError.self) { try StateText.read(Array(content.utf8), file: "/s", method: .roundRobin) }
        #expect(error?.message == message)
        #expect(error?.position?.line == 1)
    }
}
