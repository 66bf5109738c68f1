import GatehouseWire

/// Both directions of a tunnel: what is waited for and how long, and when it is over. Owns no socket and no byte.
///
/// Each direction goes its own way, so that either side may end its half first:
///
///     receiving ⇄ holding    the sink takes nothing more for now
///     receiving ⇄ paced      a rate lets nothing pass before then
///     receiving → ended      the source has finished, and the sink was told
package struct TunnelMachine: Sendable, Equatable {
    package enum Direction: Sendable, Equatable { case toUpstream, toClient }

    package struct Limits: Sendable, Equatable {
        /// Longest silence of both sides together.
        package var silence: Duration
        /// How long a side may take nothing of what waits for it.
        package var send: Duration

        package init(silence: Duration, send: Duration) {
            self.silence = silence
            self.send = send
        }
    }

    private enum State: Equatable {
        /// Takes what its source sends. Followed by any of the others.
        case receiving
        /// Has bytes that its sink has to take some of by then. Followed by `receiving`.
        case holding(until: MonotonicInstant)
        /// Takes nothing before then. Followed by `receiving`.
        case paced(until: MonotonicInstant)
        /// The last state.
        case ended

        var isHolding: Bool { if case .holding = self { true } else { false } }
        var isPaced: Bool { if case .paced = self { true } else { false } }
    }

    /// What is waited for at one of the two sockets.
    package struct Wish: Sendable, Equatable {
        package var bytes = false
        package var room = false
        /// It sends nothing more, and only if it breaks there is anything to learn from it.
        package var end = false
    }

    package enum Wait: Sendable, Equatable {
        case sockets(client: Wish, upstream: Wish, until: MonotonicInstant)
        case finished
        case timedOut
    }

    private let limits: Limits
    private var toUpstream = State.receiving
    private var toClient = State.receiving
    private var lastMove: MonotonicInstant

    package init(_ limits: Limits, now: MonotonicInstant) {
        self.limits = limits
        lastMove = now
    }

    // MARK: What happened

    /// Bytes came or went.
    package mutating func moved(now: MonotonicInstant) { lastMove = now }

    /// The sink has taken all there was.
    package mutating func sinkTookAll(_ direction: Direction) {
        if case .holding = self[direction] { self[direction] = .receiving }
    }

    /// Bytes are left that the sink does not take now.
    /// - Parameter tookSome: it is slow, but not dead.
    package mutating func sinkIsFull(_ direction: Direction, tookSome: Bool, now: MonotonicInstant) {
        if case .holding = self[direction], !tookSome { return }
        self[direction] = .holding(until: now + limits.send)
    }

    /// A rate is used up.
    package mutating func rateIsSpent(_ direction: Direction, until due: MonotonicInstant) { self[direction] = .paced(until: due) }

    /// The source sends no more, and the sink has been told.
    package mutating func sourceEnded(_ direction: Direction) { self[direction] = .ended }

    // MARK: What follows

    /// Whether bytes may be taken from the source now.
    package mutating func takes(_ direction: Direction, now: MonotonicInstant) -> Bool {
        switch self[direction] {
        case .receiving: return true
        case .holding, .ended: return false
        case .paced(let due):
            if due > now { return false }
            // Waiting for the rate was no silence.
            lastMove = now
            self[direction] = .receiving
            return true
        }
    }

    /// What to wait for, once neither direction can go on without.
    package func wait(now: MonotonicInstant) -> Wait {
        if toUpstream == .ended && toClient == .ended { return .finished }
        if limit(toUpstream) <= now || limit(toClient) <= now { return .timedOut }
        let due = min(alarm(toUpstream), alarm(toClient))
        let client = Wish(bytes: toUpstream == .receiving, room: toClient.isHolding, end: toUpstream == .ended)
        let upstream = Wish(bytes: toClient == .receiving, room: toUpstream.isHolding, end: toClient == .ended)
        return .sockets(client: client, upstream: upstream, until: due)
    }

    /// When a direction has waited too long.
    private func limit(_ state: State) -> MonotonicInstant {
        switch state {
        case .receiving: isPaced ? .distantFuture : lastMove + limits.silence
        case .holding(let until): until
        case .paced, .ended: .distantFuture
        }
    }

    /// When there is something to do in a direction even if no socket stirs.
    private func alarm(_ state: State) -> MonotonicInstant {
        if case .paced(let due) = state { due } else { limit(state) }
    }

    private var isPaced: Bool { toUpstream.isPaced || toClient.isPaced }

    private subscript(_ direction: Direction) -> State {
        get { direction == .toUpstream ? toUpstream : toClient }
        set {
            switch direction {
            case .toUpstream: toUpstream = newValue
            case .toClient: toClient = newValue
            }
        }
    }
}
