import CGatehouse
import Glibc

/// A signal of the operating system.
package struct Signal: RawRepresentable, Hashable, Sendable {
    package let rawValue: Int32

    package init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    package static let terminate = Signal(rawValue: SIGTERM)
    package static let interrupt = Signal(rawValue: SIGINT)
    package static let quit = Signal(rawValue: SIGQUIT)
    package static let hangUp = Signal(rawValue: SIGHUP)
    package static let user1 = Signal(rawValue: SIGUSR1)
    package static let user2 = Signal(rawValue: SIGUSR2)
    package static let windowChange = Signal(rawValue: SIGWINCH)
    package static let childEnded = Signal(rawValue: SIGCHLD)
    package static let pipe = Signal(rawValue: SIGPIPE)
    package static let alarm = Signal(rawValue: SIGALRM)
    package static let kill = Signal(rawValue: SIGKILL)

    /// Keeps signals pending in this thread and those it starts from now on, so that they can be waited for.
    package static func block(_ signals: [Signal]) {
        let numbers = signals.map(\.rawValue)
        // Only read during the call.
        _ = unsafe gatehouse_block_signals(numbers, Int32(numbers.count))
    }

    package static func unblockAll() {
        _ = gatehouse_unblock_all_signals()
    }

    package func ignore() {
        _ = gatehouse_ignore_signal(rawValue)
    }

    /// Throws `ESRCH` when there is no such process.
    package func send(to process: Int32) throws(SystemError) {
        if Glibc.kill(process, rawValue) != 0 { throw SystemError(code: errno, operation: "kill") }
    }

    /// Blocks the calling thread until one of `signals`, which have to be blocked, is pending. Nil when the time is up.
    package static func wait(for signals: [Signal], timeout: Duration? = nil) -> Signal? {
        let numbers = signals.map(\.rawValue)
        let milliseconds = timeout.map { Int32(min(max(0, ($0 / .milliseconds(1)).rounded(.up)), 1e9)) } ?? -1
        // Only read during the call.
        let found = unsafe gatehouse_wait_for_signal(numbers, Int32(numbers.count), milliseconds)
        return found > 0 ? Signal(rawValue: found) : nil
    }
}
