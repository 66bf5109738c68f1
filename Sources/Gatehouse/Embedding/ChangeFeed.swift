import GatehouseRuntime

/// Tells the readers of a group what changed in it, each through a buffer of its own.
package final class ChangeFeed: Sendable {
    private struct Readers {
        var all: [Int: AsyncStream<UpstreamPool.Change>.Continuation] = [:]
        var next = 0
    }
    private let readers = Lock(Readers())
    /// What a reader that does not read keeps.
    private static let most = 256

    package init() {}

    deinit {
        for reader in readers.withLock({ Array($0.all.values) }) { reader.finish() }
    }

    func send(_ change: UpstreamPool.Change) {
        for reader in readers.withLock({ Array($0.all.values) }) { reader.yield(change) }
    }

    /// Everything that is sent from now on, until the reader goes or the feed does.
    func read() -> AsyncStream<UpstreamPool.Change> {
        let (changes, reader) = AsyncStream.makeStream(of: UpstreamPool.Change.self, bufferingPolicy: .bufferingNewest(Self.most))
        let number = readers.withLock { readers in
            readers.next += 1
            readers.all[readers.next] = reader
            return readers.next
        }
        reader.onTermination = { [weak self] _ in self?.readers.withLock { $0.all[number] = nil } }
        return changes
    }
}
