import GatehousePolicy
import GatehouseRuntime

/// The subrequests of one loop that nobody waits for. They are children of `run`, and so outlive the connection that caused them.
///
/// Confined to the loop's thread.
package final class BackgroundRequests {
    private let loop: EventLoop
    /// The oldest first.
    private var waiting: [Subrequest] = []
    private var sleeper: CheckedContinuation<Void, Never>?
    private var isClosed = false
    private var isStopped = false
    package var admission = MirrorAdmission()

    init(on loop: EventLoop) { self.loop = loop }

    /// Runs `request`, which was admitted, once the present task waits for something.
    package func start(_ request: Subrequest) {
        if isStopped { return ended(request) }
        waiting.append(request)
        signal()
    }

    /// Nothing comes any more: `run` returns when what is under way has ended.
    package func close() {
        isClosed = true
        signal()
    }

    /// Cancels what is under way; what comes now is dropped.
    package func stop() {
        isStopped = true
        signal()
    }

    /// Runs what is started, until `close`.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while true {
                if isStopped { group.cancelAll() }
                let begun = waiting
                waiting.removeAll(keepingCapacity: true)
                for request in begun {
                    let owned = LoopOwned((runner: self, request: request))
                    group.addTask(executorPreference: loop) { await owned.value.runner.perform(owned.value.request) }
                }
                if isClosed { break }
                await withCheckedContinuation { sleeper = $0 }
            }
        }
    }

    private func perform(_ request: Subrequest) async {
        await request.run()
        ended(request)
    }

    private func ended(_ request: Subrequest) {
        admission.ended()
        request.recycle()
    }

    private func signal() {
        let resumed = sleeper
        sleeper = nil
        resumed?.resume()
    }
}
