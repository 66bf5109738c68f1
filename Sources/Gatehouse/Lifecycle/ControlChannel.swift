import GatehouseRuntime
import Glibc

/// The parent's end of the socket to its server process. Messages wait here while the socket is full, so the parent never blocks on a
/// server process that does not read.
final class ControlChannel {
    let descriptor: Int32
    private var waiting: [(message: [UInt8], descriptors: [Int32])] = []

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit {
        for entry in waiting { entry.descriptors.forEach { close($0) } }
        close(descriptor)
    }

    var hasWaiting: Bool { !waiting.isEmpty }

    /// - Parameter passing: a descriptor that goes along; it is duplicated, the caller's own stays open.
    func send(_ message: ControlMessage, passing: Int32? = nil) {
        waiting.append((message.encoded(), passing.map { [dup($0)] } ?? []))
    }

    /// Sends as much as the socket takes now. Errors mean that the other side has ended, which the parent hears of by itself.
    func flush() {
        while let first = waiting.first {
            let isSent = (try? ProcessSystem.send(first.message, with: first.descriptors, to: descriptor)) ?? true
            guard isSent else { return }
            first.descriptors.forEach { close($0) }
            waiting.removeFirst()
        }
    }
}
