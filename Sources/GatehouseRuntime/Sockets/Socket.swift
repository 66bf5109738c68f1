import CGatehouse
package import GatehouseWire

/// A stream socket on a loop: TCP or unix. (Or a connected datagram socket, see `connectDatagram`.)
///
/// Confined to its loop, used by one task at a time (or by one that receives and one that sends), and owns its descriptor: `close` it, or
/// let go of it on the loop's thread. It is registered once, edge-triggered for everything; what epoll told is kept in flags, so
/// that a system call is tried first and only while it may succeed.
///
/// **Cancellation.** A wait costs one continuation and no cancellation handler, so cancelling the task does not end it. Whoever
/// cancels connection tasks also calls `Socket.cancel` or `EventLoop.cancelAllWaits`: every present and later wait then throws
/// `.cancelled` at once, and so does every receive.
///
/// **Deadlines.** A wait stores its deadline in a field. One timer per socket is armed for the earliest and looks again when it
/// fires, so moving a deadline later is free.
package final class Socket: EventSource {
    package typealias Instant = MonotonicInstant

    package let loop: EventLoop
    // `@exclusivity(unchecked)`: checking every access at run time cost 2 µs an exchange. All of them are on one thread, and none
    // spans a call out of this target.
    /// -1 once closed.
    @safe @exclusivity(unchecked) package private(set) var descriptor: Int32
    @safe @exclusivity(unchecked) var token = RegistrationToken.wake

    /// What may succeed and what has happened; `.readable` and `.writable` come and go, the others stay.
    @safe @exclusivity(unchecked) var condition: Interest
    @safe @exclusivity(unchecked) var isCancelled = false
    /// The error of the call that found the connection broken; 0 before.
    @safe @exclusivity(unchecked) var brokenBy: Int32 = 0
    /// Bytes that the kernel took to send.
    @safe @exclusivity(unchecked) package internal(set) var sentCount = 0
    @safe @exclusivity(unchecked) var hasEnded = false
    /// A receive takes one whole datagram, and says nothing about the next one.
    let isDatagram: Bool

    @safe @exclusivity(unchecked) var reader: Waiter?
    @safe @exclusivity(unchecked) var writer: Waiter?
    @safe @exclusivity(unchecked) var joint: JointWaiter?
    @safe @exclusivity(unchecked) var timer: (id: TimerID, due: UInt64)?
    @safe @exclusivity(unchecked) private var idleWatcher: (any IdleWatcher)?
    @safe @exclusivity(unchecked) private var endWatcher: ((_ isCancelled: Bool) -> Void)?

    private var knownLocal: SocketAddress?
    private var knownRemote: SocketAddress?

    /// Takes over a non-blocking descriptor and registers it. On the loop's thread; on an error the descriptor is closed.
    package convenience init(adopting descriptor: consuming Descriptor, on loop: EventLoop) throws(SystemError) {
        try self.init(adopting: descriptor.release(), on: loop, remote: nil, ready: [.readable, .writable])
    }

    init(
        adopting descriptor: Int32, on loop: EventLoop, remote: SocketAddress?, ready: Interest, isDatagram: Bool = false
    ) throws(SystemError) {
        self.loop = loop
        self.descriptor = descriptor
        condition = ready
        knownRemote = remote
        self.isDatagram = isDatagram
        super.init()
        token = loop.registrations.insert(self)
        do {
            try loop.poller.add(descriptor, [.readable, .writable, .peerClosed, .edgeTriggered], token: token)
        } catch {
            close()
            throw error
        }
    }

    deinit {
        // Reaching this open is a slip of the owner; without a loop's thread there is nothing left to race with.
        if descriptor >= 0 { close() }
    }

    package var isOpen: Bool { descriptor >= 0 }

    /// Something may have come since epoll told what it knew: the next receive asks the system.
    package func expectInput() { condition.insert(.readable) }

    /// Whether a receive may find something.
    package var mayReceive: Bool { condition.contains(.readable) }

    /// The peer sends no more, or is gone altogether. Bytes it sent before may still wait to be received.
    package var hasPeerClosed: Bool { hasEnded || condition.contains(.peerClosed) }

    /// The connection broke, or both directions have ended.
    package var isReset: Bool { condition.contains(.reset) }

    /// Asked for once and remembered. Nil after closing if never asked before.
    package var localAddress: SocketAddress? {
        if knownLocal == nil, isOpen { knownLocal = .local(of: descriptor) }
        return knownLocal
    }

    /// Asked for once and remembered. Nil after closing if never asked before.
    package var remoteAddress: SocketAddress? {
        if knownRemote == nil, isOpen { knownRemote = .remote(of: descriptor) }
        return knownRemote
    }

    // MARK: Ending

    /// Tells the peer that nothing more will be sent.
    package func shutdownWrite() {
        if isOpen { _ = gatehouse_shutdown_write(descriptor) }
    }

    /// Closes the descriptor; tasks that wait for the socket get `.closed`. Closing again does nothing.
    package func close() {
        guard isOpen else { return }
        let closing = descriptor
        descriptor = -1
        idleWatcher = nil
        endWatcher = nil
        loop.registrations.remove(token)
        if let timer { loop.disarm(timer.id) }
        timer = nil
        // Closing the last descriptor of a socket also takes it out of epoll.
        _ = gatehouse_close(closing)
        resumeAll(.closed)
    }

    /// Closes with a reset instead of an orderly end, which also drops what was not yet sent.
    package func closeWithReset() {
        if isOpen { _ = gatehouse_linger_reset(descriptor) }
        close()
    }

    /// Ends every wait, now and later, with `.cancelled`. The socket stays open until it is closed.
    package func cancel() {
        isCancelled = true
        resumeAll(.cancelled)
        endWatcher?(true)
    }

    // MARK: Events

    override func cancelWaits() {
        cancel()
    }

    override func deadlinePassed() {
        endOverdueWaits()
    }

    override func handle(_ events: PollEvents) {
        var news: Interest = []
        if !events.isDisjoint(with: [.readable, .peerClosed, .hangUp, .error]) { news.insert(.readable) }
        if !events.isDisjoint(with: [.writable, .hangUp, .error]) { news.insert(.writable) }
        if !events.isDisjoint(with: [.peerClosed, .hangUp]) { news.insert(.peerClosed) }
        if !events.isDisjoint(with: [.hangUp, .error]) { news.insert(.reset) }
        condition.formUnion(news)
        if news.contains(.readable) {
            resumeReader(.ready)
            if let watcher = idleWatcher {
                idleWatcher = nil
                watcher.idleSocketStirred()
            }
        }
        if news.contains(.writable) { resumeWriter(.ready) }
        if let joint, !joint.interest.isDisjoint(with: condition) { resumeJoint(.ready) }
        if news.contains(.reset) { endWatcher?(false) }
    }

    /// Calls `onEnd` when the connection breaks or is cancelled, at once if that has happened already: for a task that waits for something
    /// else than sockets. It may be called more than once.
    package func watchEnd(_ onEnd: @escaping (_ isCancelled: Bool) -> Void) {
        endWatcher = onEnd
        if isReset || isCancelled || !isOpen { onEnd(isCancelled || !isOpen) }
    }

    package func stopWatchingEnd() {
        endWatcher = nil
    }

    /// Tells `watcher` once, as soon as an idle connection has something to receive, was closed by its peer, or broke. It is
    /// told from the loop between two jobs, and at once if that has happened already.
    package func watchIdle(_ watcher: any IdleWatcher) {
        // Readable may only mean that the last receive filled its buffer.
        if !condition.isDisjoint(with: [.peerClosed, .reset]) || hasUnreceivedInput() { return watcher.idleSocketStirred() }
        idleWatcher = watcher
    }

    package func stopWatching() {
        idleWatcher = nil
    }
}

/// Whoever keeps an idle connection. A protocol and not a closure, which would be allocated for every exchange.
package protocol IdleWatcher: AnyObject {
    /// Something happened to the socket.
    func idleSocketStirred()
}

@available(*, unavailable)
extension Socket: Sendable {}
