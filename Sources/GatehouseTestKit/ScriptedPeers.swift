internal import GatehouseRuntime
internal import GatehouseWire

/// Servers that live in memory and do what a script says: what an upstream group's requests are sent to in a test.
///
/// ```swift
/// let peers = ScriptedPeers(["a:80", "b:80"], clock: schedule.clock)
/// peers.script("a:80", .refuse, .refuse, then: .answer(after: .milliseconds(3)))
/// let answer = try await pool.withUpstream { try await peers.send(to: $0.name) }
/// ```
public final class ScriptedPeers: Sendable {
    /// What a peer does with one request.
    public enum Step: Sendable, Equatable {
        /// Answers with a status, after a time.
        case answer(status: Int = 200, after: Duration = .zero)
        /// Refuses the connection at once: nothing of the request was processed.
        case refuse
        /// Ends the connection after a time without an answer: the request may have been processed.
        case reset(after: Duration = .zero)
        /// Never answers. Only cancelling the request ends it.
        case hang
    }

    /// How a request failed.
    public enum Failure: Error, Equatable {
        /// As by `Step.refuse`.
        case refused
        /// As by `Step.reset`.
        case reset
        /// No peer has that name.
        case unknown(String)
    }

    private struct Peer {
        var steps: [Step] = []
        var then = Step.answer()
        var requests = 0
        var active = 0
        var mostActive = 0

        mutating func nextStep() -> Step {
            requests += 1
            active += 1
            mostActive = max(mostActive, active)
            return steps.isEmpty ? then : steps.removeFirst()
        }
    }

    private let clock: ManualClock
    private let peers: Lock<[String: Peer]>

    /// Peers that answer each request with 200 at once, until `script` says otherwise.
    public init(_ names: [String], clock: ManualClock) {
        self.clock = clock
        peers = Lock(Dictionary(names.map { ($0, Peer()) }) { first, _ in first })
    }

    /// Replaces what a peer will do: each step with one request, then `then` with all others. A peer that is not there yet begins to be.
    public func script(_ name: String, _ steps: Step..., then: Step = .answer()) {
        peers.withLock { peers in
            peers[name, default: Peer()].steps = steps
            peers[name, default: Peer()].then = then
        }
    }

    /// Sends a request to a peer, and suspends until its script answers it.
    /// - Returns: the status of the answer.
    /// - Throws: a `Failure`, or `CancellationError` when the task was cancelled before the answer.
    public func send(to name: String) async throws -> Int {
        guard let step = peers.withLock({ $0[name]?.nextStep() }) else { throw Failure.unknown(name) }
        defer { peers.withLock { $0[name]?.active -= 1 } }
        switch step {
        case .answer(let status, let time):
            try await sleep(time)
            return status
        case .refuse:
            throw Failure.refused
        case .reset(let time):
            try await sleep(time)
            throw Failure.reset
        case .hang:
            try await clock.sleep(until: .distantFuture)
            throw CancellationError()
        }
    }

    /// How many requests a peer got so far.
    public func requests(to name: String) -> Int { peers.withLock { $0[name]?.requests ?? 0 } }

    /// How many requests a peer has now.
    public func active(at name: String) -> Int { peers.withLock { $0[name]?.active ?? 0 } }

    /// The most requests a peer ever had at the same time.
    public func mostActive(at name: String) -> Int { peers.withLock { $0[name]?.mostActive ?? 0 } }

    private func sleep(_ time: Duration) async throws {
        if time > .zero { try await clock.sleep(until: clock.now + time) }
    }
}
