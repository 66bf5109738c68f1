import GatehouseRuntime
import Glibc

/// Puts the program into the background: the process that was started waits until the one behind it is ready, then exits.
struct Daemon {
    private let waiting: Int32

    /// Forks, and returns in the new process only.
    static func detach() throws(SystemError) -> Daemon {
        let (own, other) = try ProcessSystem.openChannel()
        let process = try ProcessSystem.fork()
        if process != 0 {
            close(other)
            awaitReadiness(own)
        }
        close(own)
        try ProcessSystem.becomeDaemon()
        return Daemon(waiting: other)
    }

    /// The pid file is there: the started process may exit.
    func ready() {
        _ = try? ProcessSystem.send([1], with: [], to: waiting)
        close(waiting)
    }

    /// Exits with 0 once the new process is ready, with 1 when it ends before that.
    private static func awaitReadiness(_ channel: Int32) -> Never {
        ProcessSystem.poll([channel], timeout: nil)
        if case .message? = try? ProcessSystem.receive(from: channel, capacity: 16) { _exit(0) }
        _exit(1)
    }
}
