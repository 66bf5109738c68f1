import GatehouseWire
import Glibc

/// Decides what the parent process does about its server process. Owns no process: it hears of signals and ends, and gives orders.
///
///     serving ─ended─► waiting ─time─► serving           (a server process that dies is started anew)
///     serving ─WINCH─► resting ─HUP─► serving
///     any ─QUIT─► quitting ─ended─► over          any ─TERM─► terminating ─ended─► over
struct MasterMachine {
    enum Order: Equatable {
        case spawn
        /// Send this signal to the server process.
        case signal(Int32)
        case closeListeners
        case reload
        case reopenLogs
        case changeBinary
        case exit
    }

    private enum State: Equatable {
        /// Next: waiting, resting, quitting, terminating.
        case serving(since: MonotonicInstant)
        /// No server process until the moment. Next: serving, over.
        case waiting(until: MonotonicInstant)
        /// The server process drains or is gone, and none is wanted. Next: serving, quitting, terminating, over.
        case resting(isServerAlive: Bool)
        /// Next: terminating, over.
        case quitting
        /// The signal is repeated after `delay`, at last as SIGKILL. Next: over.
        case terminating(next: MonotonicInstant, delay: Duration)
        case over
    }

    private var state: State
    /// Server processes that ended soon after their start, in a row.
    private var failures = 0

    init(now: MonotonicInstant) { state = .waiting(until: now) }

    /// Whether a server process runs and takes new connections.
    var isServing: Bool {
        if case .serving = state { true } else { false }
    }

    /// Whether server processes are being stopped at once.
    var isTerminating: Bool {
        if case .terminating = state { true } else { false }
    }

    /// When `timePassed` wants to be called; nil for never.
    var deadline: MonotonicInstant? {
        switch state {
        case .waiting(let until): until
        case .terminating(let next, _): next
        case .serving, .resting, .quitting, .over: nil
        }
    }

    /// A server process has been started.
    mutating func spawned(now: MonotonicInstant) {
        state = .serving(since: now)
    }

    /// The system had no room for another process.
    mutating func spawnFailed(now: MonotonicInstant) {
        state = .waiting(until: now + .milliseconds(500))
    }

    mutating func received(_ signal: Int32, now: MonotonicInstant) -> [Order] {
        switch signal {
        case SIGTERM, SIGINT: terminate(now: now)
        case SIGQUIT: quit()
        case SIGHUP: reload()
        case SIGUSR1: state == .over ? [] : [.reopenLogs]
        case SIGUSR2: state == .over ? [] : [.changeBinary]
        case SIGWINCH: rest()
        default: []
        }
    }

    /// The server process has ended.
    mutating func serverEnded(now: MonotonicInstant) -> [Order] {
        switch state {
        case .serving(let since):
            failures = now - since < .seconds(1) ? failures + 1 : 0
            // At once the first time; then 50, 100, 200, 400 and at most 800 ms apart, so that it never takes a second.
            let pause: Duration = failures == 0 ? .zero : .milliseconds(50 << min(failures - 1, 4))
            state = .waiting(until: now + pause)
            return pause == .zero ? [.spawn] : []
        case .resting:
            state = .resting(isServerAlive: false)
            return []
        case .quitting, .terminating:
            state = .over
            return [.exit]
        case .waiting, .over: return []
        }
    }

    mutating func timePassed(now: MonotonicInstant) -> [Order] {
        switch state {
        case .waiting(let until) where until <= now: return [.spawn]
        case .terminating(let next, let delay) where next <= now:
            let isLast = delay >= .milliseconds(800)
            state = .terminating(next: now + delay * 2, delay: delay * 2)
            return [.signal(isLast ? SIGKILL : SIGTERM)]
        case .serving, .waiting, .resting, .quitting, .terminating, .over: return []
        }
    }

    private mutating func terminate(now: MonotonicInstant) -> [Order] {
        switch state {
        case .serving, .quitting, .resting(isServerAlive: true):
            state = .terminating(next: now + .milliseconds(100), delay: .milliseconds(100))
            return [.signal(SIGTERM)]
        case .waiting, .resting(isServerAlive: false):
            state = .over
            return [.exit]
        case .terminating, .over: return []
        }
    }

    private mutating func quit() -> [Order] {
        switch state {
        case .serving, .resting(isServerAlive: true):
            state = .quitting
            return [.signal(SIGQUIT), .closeListeners]
        case .waiting, .resting(isServerAlive: false):
            state = .over
            return [.exit]
        case .quitting, .terminating, .over: return []
        }
    }

    private mutating func reload() -> [Order] {
        switch state {
        case .serving, .waiting: return [.reload]
        case .resting(let isAlive):
            // A server process that still drains takes nothing new; the next one starts beside it.
            _ = isAlive
            return [.reload, .spawn]
        case .quitting, .terminating, .over: return []
        }
    }

    private mutating func rest() -> [Order] {
        switch state {
        case .serving:
            state = .resting(isServerAlive: true)
            return [.signal(SIGQUIT)]
        case .waiting:
            state = .resting(isServerAlive: false)
            return []
        case .resting, .quitting, .terminating, .over: return []
        }
    }
}
