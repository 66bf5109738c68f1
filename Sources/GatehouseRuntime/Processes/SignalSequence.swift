import CGatehouse
import Glibc

/// Signals as they come, until the iterating task is cancelled. They have to be blocked in every thread (`Signal.block`) before.
/// Made and iterated on the loop's thread.
package struct SignalSequence: AsyncSequence {
    package typealias Element = Signal
    package typealias Failure = Never

    private let loop: EventLoop
    private let source: SignalSource

    package init(_ signals: [Signal], on loop: EventLoop) throws(SystemError) {
        self.loop = loop
        source = try SignalSource(signals, on: loop)
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(loop: loop, source: source)
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let loop: EventLoop
        fileprivate let source: SignalSource

        package mutating func next() async -> Signal? {
            await next(isolation: nil)
        }

        /// Suspends until a signal comes. Nil when the task is cancelled.
        package mutating func next(isolation actor: isolated (any Actor)?) async -> Signal? {
            let confined = LoopConfined(source)
            let loop = loop
            return await withTaskCancellationHandler {
                await confined.value.next()
            } onCancel: {
                loop.post { confined.value.cancel() }
            }
        }
    }
}

/// A signalfd at one loop. Confined to the loop's thread.
private final class SignalSource: EventSource {
    private let loop: EventLoop
    private let descriptor: Descriptor
    private var token = RegistrationToken.wake
    private var waiter: CheckedContinuation<Void, Never>?
    private var isCancelled = false

    init(_ signals: [Signal], on loop: EventLoop) throws(SystemError) {
        let numbers = signals.map(\.rawValue)
        self.loop = loop
        // Only read during the call.
        let number = unsafe gatehouse_signalfd(numbers, Int32(numbers.count))
        descriptor = Descriptor(adopting: try SystemError.check(number, "signalfd"))
        super.init()
        token = loop.registrations.insert(self)
        try loop.poller.add(descriptor.number, [.readable, .edgeTriggered], token: token)
    }

    deinit {
        loop.registrations.remove(token)
    }

    func next() async -> Signal? {
        while !isCancelled {
            let number = gatehouse_read_signal(descriptor.number)
            if number > 0 { return Signal(rawValue: number) }
            await withCheckedContinuation { waiter = $0 }
        }
        return nil
    }

    override func handle(_ events: PollEvents) {
        let waiting = waiter
        waiter = nil
        waiting?.resume()
    }

    /// Not `cancelWaits`: what stops the connections of a loop does not make the process deaf.
    func cancel() {
        isCancelled = true
        handle([])
    }
}
