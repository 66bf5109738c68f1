import CGatehouse
import GatehouseRuntime
import Glibc

/// Starts the program anew beside the running one, on the same sockets, as USR2 asks for.
///
/// The new program finds the numbers of the descriptors in an environment variable, as nginx's does.
struct BinaryUpgrade {
    static let variable = "NGINX"
    let listening: ListeningTable
    let arguments: [String]

    /// The process of the new program.
    func start() throws(SystemError) -> Int32 {
        let descriptors = listening.sockets.values.joined().map(\.descriptor)
        let process = try ProcessSystem.fork()
        guard process == 0 else { return process }
        for descriptor in descriptors { _ = gatehouse_set_close_on_exec(descriptor, 0) }
        let value = descriptors.map { "\($0);" }.joined()
        let environment = ProcessSystem.allEnvironment().filter { !$0.hasPrefix(Self.variable + "=") } + ["\(Self.variable)=\(value)"]
        _ = ProcessSystem.execute(Self.programPath(arguments), arguments: arguments, environment: environment)
        _exit(2)
    }

    /// The sockets that the program before this one has handed over.
    static func inherited() -> [Int32] {
        guard let value = ProcessSystem.environment(variable) else { return [] }
        let descriptors = value.split { $0 == ";" || $0 == ":" }.compactMap { Int32($0) }.filter { gatehouse_is_socket($0) > 0 }
        for descriptor in descriptors { _ = gatehouse_set_close_on_exec(descriptor, 1) }
        return descriptors
    }

    private static func programPath(_ arguments: [String]) -> String {
        guard let first = arguments.first, first.contains("/") else { return "/proc/self/exe" }
        return first
    }
}
