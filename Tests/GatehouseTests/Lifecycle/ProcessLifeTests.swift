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
