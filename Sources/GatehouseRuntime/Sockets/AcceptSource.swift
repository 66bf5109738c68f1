import CGatehouse
internal import GatehouseWire
import Glibc

/// A listening descriptor at one loop: polls it while somebody waits for a connection. Confined to the loop's thread.
///
/// Level-triggered and exclusive: every loop polls the same descriptor, the kernel wakes one of them, and what a loop leaves in the
/// backlog is reported again. It accepts one connection per report, so that loops share a burst.
final class AcceptSource: EventSource {
    private let loop: EventLoop
    private let descriptor: Int32
    /// Replaced by tests, which need the system to run out of descriptors.
    private let accept: (Int32) -> (Int32, SocketAddress?)
    private let reserve: DescriptorReserve?
    private let onExhaustion: (SystemError) -> Void

    private var machine = AcceptMachine()
    private var token: RegistrationToken?
    private var waiter: Waiter?
    private var mayAccept = false
    private var isPaused = false
    private var isCancelled = false
    private var timer: Timer?

    init(
        descriptor: Int32, loop: EventLoop, reserve: DescriptorReserve? = nil, onExhaustion: @escaping (SystemError) -> Void,
        accept: @escaping (Int32) -> (Int32, SocketAddress?) = AcceptSource.systemAccept
    ) {
        self.descriptor = descriptor
        self.loop = loop
        self.reserve = reserve
        self.onExhaustion = onExhaustion
        self.accept = accept
    }

    deinit {
        stopPolling()
        timer?.cancel()
    }

    static func systemAccept(_ descriptor: Int32) -> (Int32, SocketAddress?) {
        // The shim fills in what it is given.
        unsafe SocketAddress.filled { unsafe gatehouse_accept(descriptor, $0) }
    }

    /// The next connection; nil once cancelled. Throws what no waiting repairs.
    func next() async throws(SystemError) -> AcceptedConnection? {
        while !isCancelled {
            if isPaused || !mayAccept {
                try await wait()
                continue
            }
            mayAccept = false
            if let connection = try attempt() { return connection }
        }
        return nil
    }

    private func attempt() throws(SystemError) -> AcceptedConnection? {
        while true {
            let (result, address) = accept(descriptor)
            switch result >= 0 ? machine.accepted() : machine.failed(-result) {
            case .deliver:
                return AcceptedConnection(adopting: Descriptor(adopting: result), remoteAddress: address ?? .unix(path: ""))
            case .tryAgain: continue
            case .wait: return nil
            case .backOff(let pause):
                backOff(for: pause, after: -result)
                return nil
            case .fail(let code): throw SystemError(code: code, operation: "accept4")
            }
        }
    }

    // MARK: Waiting

    private func wait() async throws(SystemError) {
        try startPolling()
        _ = await unsafe withUnsafeContinuation { continuation in
            // Resumed exactly once: `wakeUp` takes it out first, and an event, `resume` or `cancelWaits` calls that.
            waiter = unsafe Waiter(continuation: continuation, due: EventLoop.neverTick)
        }
    }

    private func wakeUp() {
        let waiting = waiter
        waiter = nil
        waiting?.resume(.ready)
    }

    override func handle(_ events: PollEvents) {
        mayAccept = true
        // Level-triggered: with nobody to take the connection this would be reported for ever.
        if waiter == nil { stopPolling() }
        wakeUp()
    }

    override func cancelWaits() {
        isCancelled = true
        stopPolling()
        wakeUp()
    }

    // MARK: Polling

    private func startPolling() throws(SystemError) {
        guard token == nil, !isPaused, timer == nil else { return }
        let new = loop.registrations.insert(self)
        do {
            try loop.poller.add(descriptor, [.readable, .exclusive], token: new)
            token = new
        } catch {
            loop.registrations.remove(new)
            throw error
        }
    }

    private func stopPolling() {
        guard let token else { return }
        loop.registrations.remove(token)
        loop.poller.remove(descriptor)
        self.token = nil
    }

    // MARK: Pausing

    func pause() {
        isPaused = true
        stopPolling()
    }

    func resume() {
        guard isPaused else { return }
        isPaused = false
        mayAccept = true
        wakeUp()
    }

    private func backOff(for pause: Duration, after code: Int32) {
        stopPolling()
        reserve?.release()
        onExhaustion(SystemError(code: code, operation: "accept4"))
        lookAgain(after: pause)
    }

    /// Accepts again once the reserve is whole: before that, a new connection would take what established ones may need.
    private func lookAgain(after pause: Duration) {
        timer = loop.schedule(at: loop.now + pause) { [weak self] in
            guard let self else { return }
            timer = nil
            guard reserve?.refill() ?? true else {
                reserve?.release()
                return lookAgain(after: pause)
            }
            mayAccept = true
            wakeUp()
        }
    }
}
