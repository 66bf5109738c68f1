import GatehouseConfig
import Testing

@testable import GatehouseCommand

@Suite struct ForwardArgumentsTests {
    @Test func `all options are read`() throws {
        let line = "--port 1 --socks 2 --allow 10.0.0.0/8 --allow ::1 --user a:b --connect-port 443 --anonymize strict --print"
        let arguments = try ForwardArguments.parse(line.split(separator: " ").map(String.init)[...])
        var expected = ForwardArguments()
        (expected.port, expected.socksPort, expected.allowed) = (1, 2, ["10.0.0.0/8", "::1"])
        (expected.users, expected.connectPorts, expected.anonymity, expected.printsConfiguration) = (["a:b"], ["443"], "strict", true)
        #expect(arguments == expected)
    }

    @Test(arguments: [
        "--port", "--port 0", "--allow a;b", "--user a", "--user a:", "--user :b", "--user a:b:c", "--user #a:b", "--nothing",
    ])
    func `anything else is refused`(line: String) {
        let words = line.split(separator: " ").map(String.init)
        #expect(throws: GatehouseCommand.ArgumentError.self) { try ForwardArguments.parse(words[...]) }
    }

    @Test(arguments: ["", "--allow 10.0.0.0/8", "--user a:b --socks 1080 --anonymize standard --connect-port 443 --connect-port 8000-8999"])
    func `the configuration is one that can be used`(line: String) throws {
        let arguments = try ForwardArguments.parse(line.split(separator: " ").map(String.init)[...])
        let configuration = ForwardConfiguration(arguments: arguments, directory: "/tmp/d/")
        let files = MemoryFiles(contents: [configuration.path: Array(configuration.text.utf8)])
        let loaded = try ConfigurationLoader(prefix: "/tmp/d/", configurationPath: configuration.path, reader: files).load().get()
        #expect(loaded.warnings.isEmpty)
        let server = try #require(loaded.http?.servers.first)
        #expect(server.isForwardProxy)
        #expect(server.listens.allSatisfy { "\($0.address)".hasPrefix("127.0.0.1:") == arguments.isLocal })
    }

    @Test func `users become lines of a user file`() {
        var arguments = ForwardArguments()
        arguments.users = ["ann:secret", "bob:word"]
        #expect(ForwardConfiguration(arguments: arguments, directory: "/").userFile == "ann:{PLAIN}secret\nbob:{PLAIN}word\n")
    }
}
