import GatehouseWire

/// Decides what follows a failed attempt at one request: another peer, the same one again, or an answer. One value per request;
/// it counts the attempts and knows nothing of peers.
///
/// The rules are nginx's with one addition: a request that was written to a kept connection just as the upstream closed it is repeated on
/// a fresh one whatever `proxy_next_upstream` says, and this is held against nobody. One that is not idempotent is repeated only if it is
/// certain that the upstream has seen nothing of it.
package struct RetryMachine: Sendable, Equatable {
    package enum Failure: Sendable, Equatable {
        /// Connecting, writing or reading failed, or the upstream closed before its whole head was there.
        case error
        case timeout
        /// What came is not HTTP, or more than the buffers hold.
        case invalidHeader
        /// `PoolMachine` had no peer to give.
        case noneLive
    }

    /// How far the attempt had come.
    package struct Progress: Sendable, Equatable {
        /// At least one byte of the request may have reached the upstream.
        package var requestSent: Bool
        /// At least one byte of a response was read.
        package var responseReceived: Bool
        /// The client has been sent the head of the response: nothing can be repeated any more.
        package var responseStarted: Bool
        /// The connection had carried an exchange before.
        package var connectionWasKept: Bool
        /// It is certain that no byte of the request came before the upstream's program (`mustKnowDelivery` says when to find out).
        package var deliveredNothing: Bool
        /// The body can be sent again from the start: it is buffered, or there is none, or none of it was taken.
        package var bodyIsRepeatable: Bool

        package init(
            requestSent: Bool, responseReceived: Bool = false, responseStarted: Bool = false, connectionWasKept: Bool = false,
            deliveredNothing: Bool = false, bodyIsRepeatable: Bool = true
        ) {
            self.requestSent = requestSent
            self.responseReceived = responseReceived
            self.responseStarted = responseStarted
            self.connectionWasKept = connectionWasKept
            self.deliveredNothing = deliveredNothing
            self.bodyIsRepeatable = bodyIsRepeatable
        }
    }

    package enum FailureResult: Sendable, Equatable {
        /// Release the lease as failed, lease another peer.
        case nextPeer
        /// Keep the lease, open a fresh connection to the same peer.
        case retrySameFresh
        /// Release the lease as failed and answer with this status.
        case giveUp(status: Int)
        /// The response is under way: release the lease as failed and cut the client's connection.
        case cut
    }

    package enum ResponseResult: Sendable, Equatable {
        case pass
        /// Drop the response, release the lease with this outcome, lease another peer.
        case nextPeer(releasing: PoolMachine.LeaseOutcome)
    }

    private let conditions: RetryConditions
    private let isIdempotent: Bool
    private let deadline: MonotonicInstant?
    /// `proxy_next_upstream_tries`; 0: as many as there are peers.
    private let mostTries: Int
    private var triesLeft: Int

    /// - Parameters:
    ///   - isIdempotent: false for POST, LOCK and PATCH (nginx's list).
    ///   - peerTries: `PoolMachine.tries`.
    ///   - start: when the first attempt begins.
    package init(rules: RetryRules, isIdempotent: Bool, peerTries: Int, start: MonotonicInstant) {
        conditions = rules.effectiveConditions
        self.isIdempotent = isIdempotent
        deadline = rules.timeout > .zero ? start + rules.timeout : nil
        mostTries = rules.tries
        triesLeft = Self.tries(mostTries, peerTries)
    }

    /// The request has waited for its first peer: the group may have others by now than when it came, or have any at last.
    package mutating func waitedForFirstPeer(peerTries: Int) { triesLeft = Self.tries(mostTries, peerTries) }

    private static func tries(_ most: Int, _ peerTries: Int) -> Int { most > 0 ? min(most, peerTries) : peerTries }

    /// Whether it depends on `Progress.deliveredNothing` what follows this failure.
    package func mustKnowDelivery(_ failure: Failure, _ progress: Progress) -> Bool {
        isLostToClosing(failure, progress) && progress.requestSent && progress.bodyIsRepeatable && !mayRepeat
    }

    /// The attempt broke off without a whole response head, or later.
    package mutating func attemptFailed(_ failure: Failure, _ progress: Progress, now: MonotonicInstant) -> FailureResult {
        if progress.responseStarted { return .cut }
        guard let condition = failure.condition else { return .giveUp(status: failure.status) }
        if isKeepaliveRace(failure, progress) { return .retrySameFresh }
        triesLeft = max(0, triesLeft - 1)
        return triesLeft > 0 && allows(condition, progress, now: now) ? .nextPeer : .giveUp(status: failure.status)
    }

    /// A whole response head came. Only statuses that have a condition can send the request on.
    package mutating func responseReceived(
        status: Int, _ progress: Progress, now: MonotonicInstant
    ) -> ResponseResult {
        guard let condition = RetryConditions(status: status), !progress.responseStarted, triesLeft > 1,
            allows(condition, progress, now: now)
        else { return .pass }
        triesLeft -= 1
        return .nextPeer(releasing: status == 403 || status == 404 ? .succeeded : .failed)
    }

    private func allows(_ condition: RetryConditions, _ progress: Progress, now: MonotonicInstant) -> Bool {
        let needed = progress.requestSent && !isIdempotent ? condition.union(.nonIdempotent) : condition
        if !conditions.isSuperset(of: needed) { return false }
        if progress.requestSent && !progress.bodyIsRepeatable { return false }
        return deadline.map { now < $0 } ?? true
    }

    private func isKeepaliveRace(_ failure: Failure, _ progress: Progress) -> Bool {
        guard isLostToClosing(failure, progress) else { return false }
        return !progress.requestSent || (progress.bodyIsRepeatable && (mayRepeat || progress.deliveredNothing))
    }

    private func isLostToClosing(_ failure: Failure, _ progress: Progress) -> Bool {
        failure == .error && progress.connectionWasKept && !progress.responseReceived && !progress.responseStarted
    }

    private var mayRepeat: Bool { isIdempotent || conditions.contains(.nonIdempotent) }
}

extension RetryMachine.Failure {
    /// `nil`: no setting sends the request on.
    var condition: RetryConditions? {
        switch self {
        case .error: .error
        case .timeout: .timeout
        case .invalidHeader: .invalidHeader
        case .noneLive: nil
        }
    }

    /// What the client is answered.
    package var status: Int { self == .timeout ? 504 : 502 }
}
