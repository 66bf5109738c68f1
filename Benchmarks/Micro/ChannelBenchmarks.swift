import GatehouseRuntime

/// Handing elements from one task to another on the same loop: a hand-written sequence, as the sockets' are, and `AsyncStream`.
func channelBenchmarks(on loop: EventLoop) -> [Benchmark] {
    let handwritten: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loop) {
            let channel = LoopChannel<Int>()
            for batch in batches(times) {
                for number in 0..<batch { channel.send(number) }
                for _ in 0..<batch { keep(await channel.next()) }
            }
        }
    }
    let stream: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loop) {
            let (elements, continuation) = AsyncStream.makeStream(of: Int.self)
            var iterator = elements.makeAsyncIterator()
            for batch in batches(times) {
                for number in 0..<batch { continuation.yield(number) }
                for _ in 0..<batch { keep(await iterator.next()) }
            }
        }
    }
    return [
        Benchmark("element through a hand-written sequence, waiting already", suspending: handwritten),
        Benchmark("element through AsyncStream, waiting already", suspending: stream),
        handover("element through a hand-written sequence, to a task that waits for it", on: loop) { LoopChannel<Int>() },
        handover("element through AsyncStream, to a task that waits for it", on: loop) { StreamChannel<Int>() },
    ]
}

/// A consumer that waits for each element: every element resumes a task.
private func handover<Channel: ElementChannel>(
    _ name: String, on loop: EventLoop, _ make: @escaping @Sendable () -> Channel
) -> Benchmark where Channel.Element == Int {
    let work: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loop) {
            let channel = make()
            await withDiscardingTaskGroup { group in
                group.addTask(executorPreference: loop) { for _ in 0..<times { keep(await channel.next()) } }
                for number in 0..<times {
                    await Task.yield()
                    channel.send(number)
                }
            }
        }
    }
    return Benchmark(name, suspending: work)
}

private func batches(_ times: Int) -> [Int] {
    (0..<(times + 31) / 32).map { min(32, times - $0 * 32) }
}

private protocol ElementChannel: AnyObject, Sendable {
    associatedtype Element: Sendable

    func send(_ element: Element)
    func next() async -> Element?
}

/// One consumer and one loop: no lock, and no allocation for an element.
private final class LoopChannel<Element: Sendable>: ElementChannel, @unchecked Sendable {
    // `@unchecked Sendable`: every benchmark uses it from tasks of one loop only.
    private var elements: [Element] = []
    private var position = 0
    private var waiting: CheckedContinuation<Element?, Never>?

    func send(_ element: Element) {
        if let waiting {
            self.waiting = nil
            waiting.resume(returning: element)
        } else {
            elements.append(element)
        }
    }

    func next() async -> Element? {
        if position < elements.count {
            defer { position += 1 }
            return elements[position]
        }
        elements.removeAll(keepingCapacity: true)
        position = 0
        return await withCheckedContinuation { waiting = $0 }
    }
}

private final class StreamChannel<Element: Sendable>: ElementChannel, @unchecked Sendable {
    // `@unchecked Sendable`: the iterator is used by one task only.
    private let continuation: AsyncStream<Element>.Continuation
    private var iterator: AsyncStream<Element>.Iterator

    init() {
        let (elements, continuation) = AsyncStream.makeStream(of: Element.self)
        self.continuation = continuation
        iterator = elements.makeAsyncIterator()
    }

    func send(_ element: Element) { continuation.yield(element) }

    func next() async -> Element? { await iterator.next() }
}
