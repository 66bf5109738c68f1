import CGatehouse
import Glibc

/// A process that this one started.
package struct ChildProcess: Sendable, Hashable {
    package let identifier: Int32

    package enum End: Sendable, Hashable {
        case exited(Int32)
        case killed(Signal)
    }

    /// Splits the process in two and returns nil in the child, where only the calling thread goes on. To be called before the first
    /// loop or pool is started: the locks of other threads stay locked in the child.
    package static func fork() throws(SystemError) -> ChildProcess? {
        let identifier = try SystemError.check(gatehouse_fork(), "fork")
        if identifier == 0 {
            AppendWriter.shared.forgetThread()
            return nil
        }
        return ChildProcess(identifier: identifier)
    }

    /// How the child ended; nil while it runs, unless `isBlocking`.
    package func end(isBlocking: Bool = false) throws(SystemError) -> End? {
        var status: Int32 = 0
        // Lives for the call.
        let found = try SystemError.check(unsafe gatehouse_reap(identifier, isBlocking ? 1 : 0, &status), "waitpid")
        if found == 0 { return nil }
        return status < 0 ? .killed(Signal(rawValue: -status)) : .exited(status)
    }

    package func send(_ signal: Signal) {
        try? signal.send(to: identifier)
    }
}
