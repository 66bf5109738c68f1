import Gatehouse
import GatehouseConfig
import Glibc

/// `gatehouse forward`: a forward proxy without a configuration file, in this terminal.
enum Forward {
    /// Returns the exit code where it could not start; else it serves until it is interrupted.
    static func run(_ arguments: ForwardArguments) -> Int32 {
        let configuration = ForwardConfiguration(arguments: arguments, directory: "/tmp/gatehouse-forward-\(getuid())/")
        if arguments.printsConfiguration {
            Terminal.print(configuration.text)
            return 0
        }
        for port in [arguments.port] + (arguments.socksPort.map { [$0] } ?? []) {
            do throws(FreePorts.Taken) {
                try FreePorts.check(port)
            } catch {
                Terminal.printError("gatehouse forward: port \(port) cannot be used (\(error.error.message)); choose another\n")
                return 1
            }
        }
        Terminal.makeDirectory(configuration.directory)
        if !arguments.users.isEmpty, !Terminal.writePrivately(configuration.userFile, to: configuration.userFilePath) {
            Terminal.printError("gatehouse forward: cannot write \(configuration.userFilePath)\n")
            return 1
        }
        let files = MemoryFiles(contents: [configuration.path: Array(configuration.text.utf8)])
        let options = StartOptions(prefix: configuration.directory, configurationPath: configuration.path, errorLogPath: "stderr")
        return Startup.run(options, .serve, files: files) { Terminal.print(configuration.invitation) }
    }
}
