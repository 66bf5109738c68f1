import Gatehouse
import GatehouseConfig
import Glibc

/// The program `gatehouse`.
@main
struct Main {
    static func main() {
        exit(run(CommandLine.arguments))
    }

    /// Returns the exit code.
    static func run(_ arguments: [String]) -> Int32 {
        do throws(ArgumentError) {
            switch try ArgumentParser.parse(Array(arguments.dropFirst())) {
            case .run(let mode, let paths):
                let options = StartOptions(paths, directory: Terminal.directory, program: arguments, exists: Terminal.exists)
                return Startup.run(options, mode)
            case .information(let showsBuild, let showsHelp):
                Terminal.printError(
                    InformationText.version + (showsHelp ? InformationText.usage : "") + (showsBuild ? InformationText.build : ""))
                return 0
            case .longHelp:
                Terminal.print(InformationText.usage + InformationText.guide)
                return 0
            case .directiveReference:
                Terminal.print(DirectiveReference.markdown())
                return 0
            case .demo(let arguments):
                return Demo.run(arguments)
            case .forward(let arguments):
                return Forward.run(arguments)
            case .canaryReplay(let path):
                return replay(path)
            }
        } catch {
            Terminal.printError("gatehouse: \(error)\n")
            return 1
        }
    }

    private static func replay(_ path: String) -> Int32 {
        do throws(ControlFailure) {
            Terminal.print(try CanaryReplay.run(path))
            return 0
        } catch {
            Terminal.printError("gatehouse: \(error)\n")
            return 1
        }
    }
}
