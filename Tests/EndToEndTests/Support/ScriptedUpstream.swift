import Foundation
import GatehouseRuntime
import GatehouseWire

/// A backend that does on each connection what the test says, on threads of its own.
final class ScriptedUpstream: Sendable {
    /// - Parameter number: 1 for the first connection.
    typealias Script = @Sendable (_ connection: RawSocket, _ number: Int) throws -> Void

    let port: UInt16
    private let listener: ListeningSocket
    private let accepted = Lock([RawSocket]())

    /// - Parameter script: what happens on a connection; it is closed when the script returns.
    init(_ script: @escaping Script) throws {
        listener = try ListeningSocket.bind(to: .ip(.v4(0x7f00_0001), port: 0))
        port = listener.address.port ?? 0
        let (listener, accepted) = (listener, accepted)
        Thread.detachNewThread {
            Self.acceptAll(listener.descriptor, accepted, script)
            listener.close()
        }
    }

    /// Answers every request alike and keeps the connection.
    static func answering(_ answer: String, recording recorder: Recorder = Recorder()) throws -> ScriptedUpstream {
        try ScriptedUpstream { connection, _ in
            while true {
                recorder.add(try connection.readMessage())
                try connection.send(answer)
            }
        }
    }

    deinit {
        // The accepting thread sees the end and closes the listener: its number must not become another socket's while it polls.
        _ = shutdown(listener.descriptor, Int32(SHUT_RDWR))
        for connection in accepted.withLock({ $0 }) { connection.abort() }
    }

    /// Connections that were made so far, also those that wait to be accepted.
    var connectionCount: Int {
        var waiting = pollfd(fd: listener.descriptor, events: Int16(POLLIN), revents: 0)
        // Safe: one element, as the count says.
        let pending = unsafe poll(&waiting, 1, 0)
        return accepted.withLock { $0.count } + Int(max(0, pending))
    }

    private static func acceptAll(_ listener: Int32, _ accepted: Lock<[RawSocket]>, _ script: @escaping Script) {
        while true {
            // Blocks: the listening socket's own flag is of no use to a thread that has nothing else to do.
            var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            // Safe: one element, as the count says; nothing is asked for about the peer.
            guard unsafe poll(&waiting, 1, -1) > 0, waiting.revents & Int16(POLLIN) != 0 else { return }
            let descriptor = accept(listener, nil, nil)
            if descriptor < 0 { return }
            let connection = RawSocket(adopting: descriptor)
            let number = accepted.withLock { all in
                all.append(connection)
                return all.count
            }
            Thread.detachNewThread {
                try? script(connection, number)  // a peer that went away ends its script
                connection.close()
            }
        }
    }
}

/// What one party of a test saw, told to another.
final class Recorder: Sendable {
    private let state = Lock([RawMessage]())
    func add(_ message: RawMessage) { state.withLock { $0.append(message) } }
    var messages: [RawMessage] { state.withLock { $0 } }
}

/// Something that happens, waited for at most thirty seconds.
final class Occasion: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func happened() { semaphore.signal() }

    /// - Returns: whether it happened in time.
    func wait(milliseconds: Int = 30_000) -> Bool {
        semaphore.wait(timeout: .now() + .milliseconds(milliseconds)) == .success
    }
}
