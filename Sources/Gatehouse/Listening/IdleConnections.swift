import GatehouseRuntime
import GatehouseWire

/// The client connections of one listener that have been idle for a while. They have no task: its memory is what an idle connection
/// would mostly consist of (8 of 9 KiB). The loop watches their sockets, and the first event, or the end of their time, gives them a
/// task again, as a child of `run`.
///
///     served ─idle for `patience`─► parked ─bytes, end of time, drain─► served
///
/// Confined to the loop's thread.
final class IdleConnections {
    /// How long a connection keeps its task while it waits for the next request.
    static let patience = Duration.milliseconds(100)

    private let loop: EventLoop
    private var parked: [Int: (connection: HTTP1Connection, timer: Timer)] = [:]
    private var awake: [HTTP1Connection] = []
    private var waiter: CheckedContinuation<Void, Never>?
    private var isClosed = false

    init(on loop: EventLoop) { self.loop = loop }

    /// Takes over a connection whose task is about to end, until something happens or `deadline` comes.
    /// - Returns: false when it has to keep its task, because nobody would give it another.
    func park(_ connection: HTTP1Connection, until deadline: MonotonicInstant) -> Bool {
        if isClosed { return false }
        let number = connection.facts.number
        parked[number] = (connection, loop.schedule(at: deadline) { [weak self] in self?.wake(number) })
        connection.stream.socket.watchIdle(connection)
        return true
    }

    /// Gives the connection a task soon; nothing happens when it has one.
    func wake(_ number: Int) {
        guard let entry = parked.removeValue(forKey: number) else { return }
        entry.timer.cancel()
        entry.connection.stream.socket.stopWatching()
        awake.append(entry.connection)
        signal()
    }

    /// Takes no more connections; those that are parked still wake up.
    func close() {
        isClosed = true
        signal()
    }

    /// Serves the connections that wake up, until `close` was called and none is left.
    func run() async {
        await withDiscardingTaskGroup { group in
            while !isClosed || !parked.isEmpty || !awake.isEmpty {
                if let connection = awake.popLast() {
                    let owned = LoopOwned(connection)
                    group.addTask(executorPreference: loop) { await owned.value.proceed() }
                } else {
                    await withCheckedContinuation { waiter = $0 }
                }
            }
        }
    }

    private func signal() {
        let waiting = waiter
        waiter = nil
        waiting?.resume()
    }
}
