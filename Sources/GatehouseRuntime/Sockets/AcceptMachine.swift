import Glibc

/// Decides what an accept loop does after each attempt. Knows no socket and no clock: `AcceptSource` performs what it returns.
struct AcceptMachine: Equatable {
    enum Action: Equatable {
        case deliver
        case tryAgain
        /// Nothing is waiting: wait for the listening socket.
        case wait
        /// Out of descriptors or memory: close the reserve descriptor, so that established work can go on, and wait this long.
        case backOff(Duration)
        case fail(Int32)
    }

    static let shortestPause = Duration.milliseconds(10)
    static let longestPause = Duration.milliseconds(80)

    private var pause = Self.shortestPause

    mutating func accepted() -> Action {
        pause = Self.shortestPause
        return .deliver
    }

    mutating func failed(_ code: Int32) -> Action {
        switch code {
        case EAGAIN: return .wait
        // The client gave up before we got to it; the others are what accept(2) asks to treat the same way.
        case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, ENONET, EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, EPERM:
            return .tryAgain
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
            defer { pause = min(pause * 2, Self.longestPause) }
            return .backOff(pause)
        default: return .fail(code)
        }
    }
}
