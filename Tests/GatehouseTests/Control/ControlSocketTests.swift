import Foundation
import GatehouseRuntime
import GatehouseWire
import Testing

@testable import Gatehouse

@Suite struct ControlSocketTests {
    private static let main = "control unix:DIR/c.sock;"
    /// A group whose servers are this server's own socket, at which `/x` answers.
    private static let settings = """
        location = /x { return 200 "here\\n"; }
        location / { proxy_pass http://u/x; }
        """

    private func run(
        _ upstream: String, in directory: TemporaryDirectory? = nil, _ body: (ServerUnderTest) async throws -> Void
    ) async throws {
        try await ServerUnderTest.run(Self.settings, http: "upstream u { \(upstream) }", main: Self.main, in: directory, body)
    }

    /// Gives one command as the program does.
    private func command(_ server: ServerUnderTest, _ words: String...) async throws -> Result<String, ControlFailure> {
        try await command(server, words)
    }

    private func command(_ server: ServerUnderTest, _ words: [String]) async throws -> Result<String, ControlFailure> {
        let path = server.directory.path("c.sock")
        let loop = try EventLoop.start(name: "client", index: 0)
        defer { loop.stop() }
        return await withTaskGroup(of: Result<String, ControlFailure>.self) { group in
            group.addTask(executorPreference: loop) { await ControlClient.ask(words, at: path, on: loop) }
            return await group.next() ?? .failure(ControlFailure("none"))
        }
    }

    @Test func `servers come and go without a reload`() async throws {
        try await run("server unix:DIR/gone.sock down;") { server in
            #expect(await server.get("/").status == 502)
            let own = "unix:" + server.directory.path("s.sock")
            #expect(try await command(server, "upstream", "add", "u", own, "weight=2") == .success(""))
            #expect(await server.get("/").body == "here\n")
            #expect(try await command(server, "upstream", "down", "u", own) == .success(""))
            #expect(await server.get("/").status == 502)
            #expect(try await command(server, "upstream", "up", "u", own) == .success(""))
            #expect(try await command(server, "upstream", "weight", "u", own, "7") == .success(""))
            #expect(await server.get("/").status == 200)
            let shown = try await command(server, "upstream", "show", "u").get().split(separator: "\n").map { $0.split(separator: " ") }
            #expect(shown.map { $0[2] } == ["STATE", "down", "up"])
            #expect(shown.map { $0[3] } == ["WEIGHT", "1", "7"])
            #expect(try await command(server, "upstream", "remove", "u", own) == .success(""))
            #expect(await server.get("/").status == 502)
            let list = try await command(server, "upstream", "list").get().split(separator: "\n").map { $0.split(separator: " ") }
            #expect(list == [["UPSTREAM", "SERVERS", "PEERS", "UP", "ACTIVE"], ["u", "1", "1", "0", "0"]])
        }
    }

    @Test(arguments: [
        (["upstream"], "use: upstream list"), (["upstream", "show", "nobody"], #"no upstream "nobody""#),
        (["upstream", "weight", "u", "127.0.0.1:1"], "use: upstream list"), (["upstream", "drain", "u", "here"], #"no server "here""#),
        (["upstream", "add", "u", "127.0.0.1:1"], #"server "127.0.0.1:1" is there already"#),
        (["upstream", "add", "u", "name", "resolve"], #"no resolver defined to resolve names at run time in upstream "u""#),
        (["upstream", "add", "u", "127.0.0.2", "x y"], #"invalid parameter "x y""#), (["nothing"], #"unknown command "nothing""#),
    ])
    func `what cannot be done is answered with the reason`(words: [String], reason: String) async throws {
        try await run("server 127.0.0.1:1;") { server in
            guard case .failure(let failure) = try await command(server, words) else {
                Issue.record("it was done")
                return
            }
            #expect(failure.description.hasPrefix(reason))
            #expect(await server.get("/x").status == 200)
        }
    }

    @Test(arguments: [
        "\n", ";\n", "upstream {\n", "upstream \"\n", "}\n", "\u{0}\n", "upstream list; upstream list\n",
        String(repeating: "a", count: 5000) + "\n",
    ])
    func `nonsense is an error and nothing more`(line: String) async throws {
        try await run("server 127.0.0.1:1;") { server in
            #expect(await exchange(line, server).hasPrefix("error "))
            #expect(await server.get("/x").status == 200)
        }
    }

    @Test(arguments: ["", "upstream list", String(repeating: "a ", count: 8 << 10)])
    func `a line that does not end, or not soon enough, has no answer`(text: String) async throws {
        try await run("server 127.0.0.1:1;") { server in
            #expect(await exchange(text, server) == "")
            #expect(await server.get("/x").status == 200)
        }
    }

    /// Sends `text`, ends the sending side, and reads all that comes.
    private func exchange(_ text: String, _ server: ServerUnderTest) async -> String {
        let path = server.directory.path("c.sock")
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                guard let descriptor = ServerUnderTest.connect(to: path) else { return continuation.resume(returning: "no connection") }
                ServerUnderTest.send(Array(text.utf8), to: descriptor)
                shutdown(descriptor, Int32(SHUT_WR))
                let answer = ServerUnderTest.receiveAll(from: descriptor)
                close(descriptor)
                continuation.resume(returning: String(decoding: answer, as: UTF8.self))
            }
        }
    }

    // MARK: What stays

    @Test func `changes are forgotten by a reload, unless a file keeps them`() async throws {
        for (upstream, isKept) in [("server 127.0.0.1:1;", false), ("server 127.0.0.1:1; state DIR/u.state;", true)] {
            try await run(upstream) { server in
                _ = try await command(server, "upstream", "add", "u", "127.0.0.1:2").get()
                try await server.reload()
                let list = try await command(server, "upstream", "list").get()
                #expect(list.split(separator: "\n").last?.split(separator: " ")[1] == (isKept ? "2" : "1"))
            }
        }
    }

    @Test func `a state file is there for the next start`() async throws {
        let directory = try TemporaryDirectory()
        try await run("state DIR/u.state;", in: directory) { server in
            #expect(await server.get("/").status == 502)
            _ = try await command(server, "upstream", "add", "u", "unix:" + directory.path("s.sock"), "weight=3").get()
            _ = try await command(server, "upstream", "add", "u", "127.0.0.1:2", "down").get()
        }
        #expect(directory.read("u.state") == "server unix:\(directory.path("s.sock")) weight=3;\nserver 127.0.0.1:2 down;\n")
        try await run("state DIR/u.state;", in: directory) { server in
            #expect(await server.get("/").body == "here\n")
            let shown = try await command(server, "upstream", "show", "u").get().split(separator: "\n").map { $0.split(separator: " ") }
            #expect(shown.map { $0[2] } == ["STATE", "up", "down"])
        }
    }

    @Test func `every command is in the error log`() async throws {
        try await run("server 127.0.0.1:1;") { server in
            _ = try await command(server, "upstream", "drain", "u", "127.0.0.1:1").get()
            let log = server.errorLog
            #expect(log.contains("control: upstream drain u 127.0.0.1:1"))
            #expect(log.contains("upstream \"u\": peer 127.0.0.1:1 is draining"))
        }
    }
}
