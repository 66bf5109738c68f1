import Gatehouse
import Testing

@testable import GatehouseCommand

@Suite struct ArgumentParserTests {
    private func paths(_ change: (inout PathArguments) -> Void = { _ in }) -> PathArguments {
        var paths = PathArguments()
        change(&paths)
        return paths
    }

    @Test func `without arguments it serves`() throws {
        #expect(try ArgumentParser.parse([]) == .run(.serve, PathArguments()))
    }

    @Test(arguments: [["-p", "/x/", "-c", "a.conf"], ["-p/x/", "-ca.conf"], ["--prefix=/x/", "--config", "a.conf"]])
    func `a value follows its option or is joined to it`(arguments: [String]) throws {
        let expected = paths {
            $0.prefix = "/x/"
            $0.configurationPath = "a.conf"
        }
        #expect(try ArgumentParser.parse(arguments) == .run(.serve, expected))
    }

    @Test(arguments: [["-tq"], ["-t", "-q"], ["--test", "--quiet"], ["-qt"]])
    func `letters may be joined`(arguments: [String]) throws {
        #expect(try ArgumentParser.parse(arguments) == .run(.test(dumps: false), paths { $0.isQuiet = true }))
    }

    @Test func `a command for the running server takes everything behind its name`() throws {
        let words = ["upstream", "add", "u", "127.0.0.1:1", "-x", "--help"]
        #expect(try ArgumentParser.parse(["-c", "a.conf"] + words) == .run(.control(words), paths { $0.configurationPath = "a.conf" }))
        #expect(throws: ArgumentError(description: #"invalid option: "upstreams""#)) { try ArgumentParser.parse(["upstreams"]) }
        #expect(throws: ArgumentError(description: #"invalid option: "upstream""#)) { try ArgumentParser.parse(["-t", "upstream"]) }
    }

    @Test func `a journal is replayed without a server`() throws {
        #expect(try ArgumentParser.parse(["canary", "replay", "a.log"]) == .canaryReplay("a.log"))
        #expect(try ArgumentParser.parse(["-c", "a.conf", "canary", "replay", "a.log"]) == .canaryReplay("a.log"))
        #expect(try ArgumentParser.parse(["canary", "status"]) == .run(.control(["canary", "status"]), PathArguments()))
    }

    @Test func `the way the nginx test suite starts a server is understood`() throws {
        let arguments = ["-p", "/tmp/t/", "-c", "nginx.conf", "-e", "error.log", "-g", "pid /tmp/t/nginx.pid;"]
        let expected = paths {
            $0.prefix = "/tmp/t/"
            $0.configurationPath = "nginx.conf"
            $0.errorLogPath = "error.log"
            $0.globalDirectives = "pid /tmp/t/nginx.pid;"
        }
        #expect(try ArgumentParser.parse(arguments) == .run(.serve, expected))
    }

    @Test func `the reference of the directives is asked for by a long name alone`() throws {
        #expect(try ArgumentParser.parse(["--list-directives"]) == .directiveReference)
        #expect(throws: ArgumentError.self) { try ArgumentParser.parse(["--list-directives", "-t"]) }
    }

    @Test(arguments: ["stop", "quit", "reopen", "reload"])
    func `a signal is sent by its name`(name: String) throws {
        #expect(try ArgumentParser.parse(["-s", name]) == .run(.signal(name), PathArguments()))
    }

    @Test(arguments: [
        (["-x"], "invalid option: \"x\""), (["-p"], "option \"-p\" requires directory name"), (["-c"], "option \"-c\" requires file name"),
        (["-s"], "option \"-s\" requires parameter"), (["-s", "jump"], "invalid option: \"-s jump\""),
        (["file"], "invalid option: \"file\""),
        (["--nothing"], "invalid option: \"--nothing\""), (["--test=1"], "option \"--test\" takes no value"),
        (["demo", "--port", "0"], "option \"--port\" requires a port number"),
    ])
    func `what is not understood is said`(arguments: [String], message: String) {
        #expect(throws: ArgumentError(description: message)) { try ArgumentParser.parse(arguments) }
    }

    @Test func `versions and help need no configuration`() throws {
        #expect(try ArgumentParser.parse(["-v"]) == .information(showsBuild: false, showsHelp: false))
        #expect(try ArgumentParser.parse(["-V"]) == .information(showsBuild: true, showsHelp: false))
        #expect(try ArgumentParser.parse(["-h"]) == .information(showsBuild: false, showsHelp: true))
        #expect(try ArgumentParser.parse(["-?"]) == .information(showsBuild: false, showsHelp: true))
        #expect(try ArgumentParser.parse(["--help"]) == .longHelp)
    }

    @Test func `the version says which language is spoken, and nothing is dynamic`() {
        let text = InformationText.version + InformationText.build
        #expect(text.contains("nginx version: nginx/1.31.4\n") && text.contains("\nbuilt with OpenSSL 3."))
        #expect(text.contains("\nTLS SNI support enabled\n") && !text.contains("=dynamic"))
    }
}
