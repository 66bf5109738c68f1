/// A connection that was accepted and not yet taken by a task. Closes its descriptor if nobody takes it.
package final class AcceptedConnection: @unchecked Sendable {
    // `@unchecked Sendable`: handed from the accept loop to the one task that takes it, with the task's start in between.
    private var descriptor: Int32
    package let remoteAddress: SocketAddress

    package init(adopting descriptor: consuming Descriptor, remoteAddress: SocketAddress) {
        self.descriptor = descriptor.release()
        self.remoteAddress = remoteAddress
    }

    deinit {
        if descriptor >= 0 { Descriptor(adopting: descriptor).close() }
    }

    /// Makes the socket, once, on the thread of the loop that will poll it.
    package func socket(on loop: EventLoop) throws(SystemError) -> Socket {
        let taken = descriptor
        precondition(taken >= 0, "a connection is taken twice")
        descriptor = -1
        return try Socket(adopting: taken, on: loop, remote: remoteAddress, ready: [.readable, .writable])
    }
}
