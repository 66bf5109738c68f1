/// The connections that one loop accepts from one listening socket, until its task is cancelled.
///
/// Made, iterated, paused and resumed on the loop's thread. Running out of descriptors ends nothing: `onExhaustion` is told, and
/// accepting goes on by itself within 100 ms. What the iteration throws is a broken listening socket.
package struct AcceptSequence: AsyncSequence, Equatable {
    package typealias Element = AcceptedConnection
    package typealias Failure = SystemError

    private let loop: EventLoop
    private let source: AcceptSource

    /// `reserve` is shared by all sequences of the process.
    package init(
        _ listening: ListeningSocket, on loop: EventLoop, reserve: DescriptorReserve? = nil,
        onExhaustion: @escaping (SystemError) -> Void = { _ in }
    ) {
        self.init(AcceptSource(descriptor: listening.descriptor, loop: loop, reserve: reserve, onExhaustion: onExhaustion), on: loop)
    }

    package static func == (left: AcceptSequence, right: AcceptSequence) -> Bool { left.source === right.source }

    init(_ source: AcceptSource, on loop: EventLoop) {
        self.loop = loop
        self.source = source
    }

    /// Takes no more connections until `resume`; they wait in the backlog, or go to other loops. Only on the loop's thread.
    package func pause() {
        source.pause()
    }

    package func resume() {
        source.resume()
    }

    /// Ends the iteration without cancelling its task, so that the connections it has started go on. Only on the loop's thread.
    package func stop() {
        source.cancelWaits()
    }

    package func makeAsyncIterator() -> Iterator {
        Iterator(loop: loop, source: source)
    }

    /// The same as iterating, for less: hands every connection to `take` until the task is cancelled or `stop` was called.
    package func forEach(_ take: (AcceptedConnection) -> Void) async throws(SystemError) {
        let confined = LoopConfined(source)
        let loop = loop
        let result: Result<Void, SystemError> = await withTaskCancellationHandler {
            do throws(SystemError) {
                while let connection = try await confined.value.next() { take(connection) }
                return .success(())
            } catch {
                return .failure(error)
            }
        } onCancel: {
            loop.post { confined.value.cancelWaits() }
        }
        try result.get()
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let loop: EventLoop
        fileprivate let source: AcceptSource

        package mutating func next() async throws(SystemError) -> AcceptedConnection? {
            try await next(isolation: nil)
        }

        /// Suspends until a client connects. Nil when the task is cancelled.
        package mutating func next(isolation actor: isolated (any Actor)?) async throws(SystemError) -> AcceptedConnection? {
            let confined = LoopConfined(source)
            let loop = loop
            let result: Result<AcceptedConnection?, SystemError> = await withTaskCancellationHandler {
                do throws(SystemError) {
                    return .success(try await confined.value.next())
                } catch {
                    return .failure(error)
                }
            } onCancel: {
                loop.post { confined.value.cancelWaits() }
            }
            return try result.get()
        }
    }
}
