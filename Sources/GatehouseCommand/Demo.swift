import Gatehouse
import GatehouseTLS
import Glibc

/// `gatehouse demo`: three small backends and the proxy in front of them, in this process.
enum Demo {
    /// Returns the exit code where it could not start; else it serves until it is interrupted.
    static func run(_ arguments: DemoArguments) -> Int32 {
        do {
            let backends = try FreePorts.choose(3)
            let configuration = DemoConfiguration(
                port: arguments.port, tlsPort: arguments.tlsPort, backends: backends, directory: "/tmp/gatehouse-demo-\(getuid())/")
            if arguments.printsConfiguration {
                Terminal.print(configuration.text)
                return 0
            }
            for port in [arguments.port, arguments.tlsPort] { try FreePorts.check(port) }
            return try serve(configuration)
        } catch {
            Terminal.printError("gatehouse demo: \(error)\n")
            return 1
        }
    }

    private static func serve(_ configuration: DemoConfiguration) throws -> Int32 {
        let certificate = try SelfSigned.make(names: ["localhost", "127.0.0.1"])
        Terminal.makeDirectory(configuration.directory)
        let files = MemoryFiles(contents: [
            configuration.path: Array(configuration.text.utf8),
            configuration.directory + DemoConfiguration.certificate: certificate.certificatePEM,
            configuration.directory + DemoConfiguration.key: certificate.keyPEM,
        ])
        let options = StartOptions(prefix: configuration.directory, configurationPath: configuration.path, errorLogPath: "stderr")
        return Startup.run(options, .serve, files: files) { Terminal.print(configuration.invitation) }
    }
}
