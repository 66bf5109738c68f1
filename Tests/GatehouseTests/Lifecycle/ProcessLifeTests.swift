import Foundation
import Testing

/// The program itself, started as a process of its own.
@Suite(.enabled(if: ProgramUnderTest.exists), .serialized)
struct ProcessLifeTests {
    @Test func `the pid file comes after the sockets, and QUIT ends with 0 and takes both away`() throws {
        let program = try ProgramUnderTest("server { listen unix:DIR/s.sock; }")
        #expect(program.has("s.sock"))
        program.signal(SIGQUIT)
        #expect(program.exitCode() == 0 && !program.has("gatehouse.pid") && !program.has("s.sock"))
        #expect(program.log.contains("gracefully shutting down") && !program.log.contains("[alert]"))
    }

    @Test func `a reload opens the sockets of the new file and closes those it does not name`() throws {
        let program = try ProgramUnderTest("server { listen unix:DIR/s.sock; }")
        try program.reload("server { listen unix:DIR/t.sock; }")
        #expect(program.waits { $0.log.contains("exited with code 0") && $0.has("t.sock") && !$0.has("s.sock") })
        program.signal(SIGTERM)
        #expect(program.exitCode() == 0)
    }

    @Test func `a reload that changes what a process is starts another, and the old one finishes what it has`() throws {
        let http = "server { listen unix:DIR/s.sock; return 200 $pid; }"
        let program = try ProgramUnderTest(http, main: "worker_processes 1;")
        let old = try UnixClient(program.directory.path("s.sock"))
        old.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let before = old.receive()
        old.send("GET / HTTP/1.1\r\n")
        try program.reload(http, main: "worker_processes 2; master_process off;")
        #expect(program.waits { $0.log.contains(#""worker_processes" changed: another server process takes over"#) })
        #expect(program.log.contains(#""master_process" cannot be changed by a reload: start the program anew"#))
        #expect(program.waits { $0.log.components(separatedBy: "start worker process ").count == 3 })
        let process = try #require(program.serverProcess())
        #expect(
            program.waits { program in
                guard let new = try? UnixClient(program.directory.path("s.sock")) else { return false }
                new.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return new.receive().hasSuffix("\(process)")
            })
        old.send("Host: a\r\n\r\n")
        let after = old.receive()
        #expect(after.hasPrefix("HTTP/1.1 200") && after.hasSuffix(before.suffix(4)))
        #expect(program.waits { $0.log.contains("exited with code 0") })
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task").contains { thread in
                (try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/comm", encoding: .utf8)) == "gatehouse-1\n"
            })
        program.signal(SIGQUIT)
        #expect(program.exitCode() == 0 && !program.has("s.sock"))
    }

    @Test func `a rollout goes on after a crash, and its journal has all of it`() throws {
        let http = """
            upstream a { server 127.0.0.1:1; } upstream b { server 127.0.0.1:2; }
            canary shop {
                baseline a; canary b; steps 5% 1h, 20% 1h, 100%; state DIR/shop.state; journal DIR/shop.journal;
            }
            server { listen unix:DIR/s.sock; location / { proxy_pass http://shop; } }
            """
        let program = try ProgramUnderTest(http, main: "control unix:DIR/c.sock;")
        #expect(program.waits { $0.serverProcess() != nil })
        #expect(program.waits { (try? $0.command("canary", "promote", "shop").code) == 0 })
        #expect(program.waits { $0.directory.read("shop.state").contains("\nstate running 1 ") })
        // Neither a test of the file nor a reload begins a journal.
        #expect(try program.command("-t").code == 0)
        try program.reload(http)
        #expect(program.waits { $0.log.contains("exited with code 0") })
        kill(try #require(program.serverProcess()), SIGKILL)
        #expect(program.waits { (try? $0.command("canary", "status").text.hasPrefix("shop: running at 20%, step 2 of 3")) == true })
        program.signal(SIGQUIT)
        #expect(program.exitCode() == 0)
        let replayed = try program.command("canary", "replay", program.directory.path("shop.journal"))
        #expect(replayed.code == 0 && replayed.text.hasPrefix("advanced 5% -> 20%: as told; "))
        // One for each server process.
        #expect(program.directory.read("shop.journal").split(separator: "\n").count { $0.hasPrefix("0 ") } == 2)
    }

    private static let oldSocket = "server { listen unix:DIR/s.sock; }"
    private static let newSocket = "server { listen unix:DIR/t.sock; }"
    /// Of no effect at the start: there is nothing to compare with.
    private static let trial = "control unix:DIR/c.sock; reload_canary 50% 1h;"

    /// A program with a configuration on trial that has another socket.
    private func programOnTrial(_ main: String = "") throws -> ProgramUnderTest {
        let program = try ProgramUnderTest(Self.oldSocket, main: Self.trial + main)
        try program.reload(Self.newSocket)
        #expect(program.waits { $0.has("t.sock") && $0.log.contains("gets 50% of the new connections") })
        #expect(program.has("s.sock"))
        return program
    }

    @Test(arguments: ["", "master_process off;"])
    func `a configuration on trial has its sockets at once, and keeps them when it is adopted`(main: String) throws {
        let program = try programOnTrial(main)
        #expect(try program.command("canary", "status").text.hasPrefix("configuration: on trial at 50%, 3"))
        let told = try program.command("reload", "adopt")
        #expect(told.code == 0 && told.text.hasPrefix("adopted: as told, after "))
        #expect(program.waits { $0.log.contains("adopted: as told") && $0.log.contains("exited with code 0") })
        if main.isEmpty {
            #expect(program.waits { !$0.has("s.sock") })
            // The parent knows: a process that follows has the new one.
            kill(try #require(program.serverProcess()), SIGKILL)
            #expect(program.waits { $0.log.components(separatedBy: "start worker process ").count == 3 })
            #expect(program.has("t.sock") && !program.has("s.sock"))
        }
        #expect(try program.command("reload", "adopt").code == 1)
        program.signal(SIGQUIT)
        #expect(program.exitCode() == 0)
    }

    @Test func `what is withdrawn takes its sockets away, and another trial may follow`() throws {
        let program = try programOnTrial()
        #expect(try program.command("reload", "withdraw").text.hasPrefix("withdrawn: as told, after "))
        #expect(program.waits { !$0.has("t.sock") })
        #expect(try program.has("s.sock") && program.command("reload", "withdraw").code == 1)
        try program.reload("server { listen unix:DIR/s.sock; listen unix:DIR/u.sock; }")
        #expect(program.waits { $0.has("u.sock") })
        // One that is replaced goes as well.
        try program.reload(Self.newSocket)
        #expect(program.waits { $0.has("t.sock") && !$0.has("u.sock") && $0.log.contains("dropped: another configuration came") })
        #expect(program.has("s.sock"))
        program.signal(SIGQUIT)
        #expect(program.exitCode() == 0 && !program.has("t.sock") && !program.has("s.sock"))
    }

    @Test func `a server process that dies takes the configuration on trial with it`() throws {
        let program = try programOnTrial()
        kill(try #require(program.serverProcess()), SIGKILL)
        #expect(program.waits { $0.log.components(separatedBy: "start worker process ").count == 3 && !$0.has("t.sock") })
        #expect(program.has("s.sock") && program.log.contains("went with the server process that had it on trial"))
        #expect(program.waits { program in (try? program.command("reload", "status").text) == "configuration: none on trial\n" })
        program.signal(SIGTERM)
        #expect(program.exitCode() == 0)
    }

    @Test func `a broken file leaves the old one serving and says where it is wrong`() throws {
        let program = try ProgramUnderTest("server { listen unix:DIR/s.sock; }")
        try program.reload("server { lissten 80; }")
        #expect(program.waits { $0.log.contains("[emerg]") && $0.log.contains("unknown directive \"lissten\" in ") })
        #expect(program.has("s.sock"))
        program.signal(SIGTERM)
        #expect(program.exitCode() == 0)
    }

    @Test func `a server process that was killed is replaced`() throws {
        let program = try ProgramUnderTest("server { listen unix:DIR/s.sock; }")
        #expect(program.waits { $0.serverProcess() != nil })
        let first = try #require(program.serverProcess())
        kill(first, SIGKILL)
        #expect(program.waits { program in program.serverProcess().map { $0 != first } ?? false })
        #expect(program.log.contains("worker process \(first) exited on signal 9"))
        program.signal(SIGQUIT)
        #expect(program.exitCode() == 0)
    }

    @Test func `commands go to the process that serves, and one that follows a crash knows what was changed`() throws {
        let http = "upstream u { state DIR/u.state; } server { listen unix:DIR/s.sock; location / { proxy_pass http://u; } }"
        let program = try ProgramUnderTest(http, main: "control unix:DIR/c.sock;")
        #expect(program.waits { $0.serverProcess() != nil })
        #expect(try program.command("upstream", "add", "u", "127.0.0.1:1", "weight=4").code == 0)
        let refused = try program.command("upstream", "add", "u", "127.0.0.1:1")
        #expect(refused.code == 1 && refused.text.contains("\"127.0.0.1:1\" is there already"))
        let first = try #require(program.serverProcess())
        kill(first, SIGKILL)
        #expect(program.waits { program in program.serverProcess().map { $0 != first } ?? false })
        let shown = try program.command("upstream", "show", "u")
        #expect(shown.code == 0 && shown.text.contains("127.0.0.1:1  127.0.0.1:1  up     4"))
        program.signal(SIGQUIT)
        #expect(program.exitCode() == 0 && !program.has("c.sock"))
    }

    @Test func `reopening goes on in a new file`() throws {
        let program = try ProgramUnderTest("server { listen unix:DIR/s.sock; }")
        try program.directory.rename("error.log", to: "error.log.1")
        program.signal(SIGUSR1)
        #expect(program.waits { $0.has("error.log") })
        program.signal(SIGQUIT)
        #expect(program.exitCode() == 0 && program.log.contains("exit"))
    }

    @Test func `without a parent process one process does it all`() throws {
        let program = try ProgramUnderTest("server { listen unix:DIR/s.sock; }", main: "master_process off;")
        #expect(program.serverProcess() == nil)
        program.signal(SIGQUIT)
        #expect(program.exitCode() == 0 && !program.has("gatehouse.pid"))
    }

    @Test func `a bad file ends the start with 1 and no pid file`() throws {
        let program = try ProgramUnderTest("server { lissten 80; }", waitsForStart: false)
        #expect(program.exitCode() == 1 && !program.has("gatehouse.pid"))
    }

    /// After a reload a request that begins belongs to the new generation, so there the client says nothing more.
    @Test(arguments: [(SIGHUP, ""), (SIGQUIT, "GET / HTTP/1.1\r\n")])
    func `a client of an old generation is cut after worker_shutdown_timeout`(_ signal: Int32, _ start: String) throws {
        let http = "server { listen unix:DIR/s.sock; return 204; }"
        let program = try ProgramUnderTest(http, main: "worker_shutdown_timeout 10ms;")
        let client = try UnixClient(program.directory.path("s.sock"))
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(client.receive().hasPrefix("HTTP/1.1 204"))
        client.send(start)
        program.signal(signal)
        #expect(client.receive() == "")
        program.signal(SIGQUIT)
        #expect(program.exitCode() == 0)
    }
}
