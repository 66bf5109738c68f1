import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct RetryMachineTests {
    typealias Progress = RetryMachine.Progress

    static let sent = Progress(requestSent: true)
    static let unsent = Progress(requestSent: false)
    static let race = Progress(requestSent: true, connectionWasKept: true)

    func machine(
        _ conditions: RetryConditions = [.error, .timeout], tries: Int = 0, timeout: Duration = .zero,
        isIdempotent: Bool = true, peers: Int = 3
    ) -> RetryMachine {
        let rules = RetryRules(conditions: conditions, tries: tries, timeout: timeout)
        return RetryMachine(rules: rules, isIdempotent: isIdempotent, peerTries: peers, start: start)
    }

    @Test(
        arguments: [
            (RetryConditions.error.union(.timeout), RetryMachine.Failure.error, RetryMachine.FailureResult.nextPeer),
            (.error.union(.timeout), .timeout, .nextPeer),
            (.error.union(.timeout), .invalidHeader, .giveUp(status: 502)),
            (.invalidHeader, .invalidHeader, .nextPeer),
            (.error, .timeout, .giveUp(status: 504)),
            (.off, .error, .giveUp(status: 502)),
            (.off.union(.error), .error, .giveUp(status: 502)),
            (.error.union(.timeout), .noneLive, .giveUp(status: 502)),
        ] as [(RetryConditions, RetryMachine.Failure, RetryMachine.FailureResult)])
    func `a failure goes on where its condition is set`(
        conditions: RetryConditions, failure: RetryMachine.Failure, expected: RetryMachine.FailureResult
    ) {
        var machine = machine(conditions)
        #expect(machine.attemptFailed(failure, Self.sent, now: start) == expected)
    }

    @Test(arguments: [(0, 3), (2, 2), (9, 3)])
    func `who waited for the first peer has as many tries as there are peers then`(most: Int, expected: Int) {
        var machine = machine(tries: most, peers: 0)
        machine.waitedForFirstPeer(peerTries: 3)
        for attempt in 1...expected {
            #expect((machine.attemptFailed(.error, Self.sent, now: start) == .nextPeer) == (attempt < expected))
        }
    }

    @Test(
        arguments: [
            (RetryConditions.error, unsent, RetryMachine.FailureResult.nextPeer),
            (.error, sent, .giveUp(status: 502)),
            (.error.union(.nonIdempotent), sent, .nextPeer),
        ] as [(RetryConditions, Progress, RetryMachine.FailureResult)])
    func `what is not idempotent is repeated only unsent or by request`(
        conditions: RetryConditions, progress: Progress, expected: RetryMachine.FailureResult
    ) {
        var machine = machine(conditions, isIdempotent: false)
        #expect(machine.attemptFailed(.error, progress, now: start) == expected)
    }

    @Test func `a body that is gone ends the tries`() {
        var machine = machine()
        let progress = Progress(requestSent: true, bodyIsRepeatable: false)
        #expect(machine.attemptFailed(.error, progress, now: start) == .giveUp(status: 502))
    }

    @Test(arguments: [(0, 3, 2), (2, 3, 1), (9, 3, 2), (1, 3, 0), (0, 1, 0)])
    func `tries are bounded by the setting and by the peers`(setting: Int, peers: Int, repeats: Int) {
        var machine = machine(tries: setting, peers: peers)
        for _ in 0..<repeats { #expect(machine.attemptFailed(.error, Self.sent, now: start) == .nextPeer) }
        #expect(machine.attemptFailed(.error, Self.sent, now: start) == .giveUp(status: 502))
    }

    @Test func `no attempt starts once the time is over`() {
        var machine = machine(timeout: .seconds(2), peers: 9)
        #expect(machine.attemptFailed(.timeout, Self.sent, now: start + .milliseconds(1999)) == .nextPeer)
        #expect(machine.attemptFailed(.timeout, Self.sent, now: start + .seconds(2)) == .giveUp(status: 504))
    }

    @Test(
        arguments: [
            (Progress(requestSent: true, connectionWasKept: true, deliveredNothing: true), RetryMachine.FailureResult.retrySameFresh),
            (Progress(requestSent: true, connectionWasKept: true), .giveUp(status: 502)),
            (Progress(requestSent: false, connectionWasKept: true), .retrySameFresh),
            (Progress(requestSent: true, deliveredNothing: true), .giveUp(status: 502)),
            (Progress(requestSent: true, responseReceived: true, connectionWasKept: true, deliveredNothing: true), .giveUp(status: 502)),
            (
                Progress(requestSent: true, connectionWasKept: true, deliveredNothing: true, bodyIsRepeatable: false),
                .giveUp(status: 502)
            ),
        ] as [(Progress, RetryMachine.FailureResult)])
    func `what is not idempotent is repeated only if nothing of it was seen`(progress: Progress, expected: RetryMachine.FailureResult) {
        var machine = machine(isIdempotent: false)
        #expect(machine.attemptFailed(.error, progress, now: start) == expected)
    }

    @Test(arguments: [
        (race, false, RetryMachine.Failure.error, true), (race, true, .error, false), (race, false, .timeout, false),
        (sent, false, .error, false), (Progress(requestSent: true, connectionWasKept: true, bodyIsRepeatable: false), false, .error, false),
        (Progress(requestSent: true, responseReceived: true, connectionWasKept: true), false, .error, false),
    ])
    func `it is found out what was delivered only where it counts`(
        progress: Progress, isIdempotent: Bool, failure: RetryMachine.Failure, expected: Bool
    ) {
        #expect(machine(isIdempotent: isIdempotent).mustKnowDelivery(failure, progress) == expected)
    }

    @Test func `a kept connection that closes is replaced and not counted`() {
        var machine = machine([.off], peers: 1)
        for _ in 0..<3 { #expect(machine.attemptFailed(.error, Self.race, now: start) == .retrySameFresh) }
        #expect(machine.attemptFailed(.error, Self.sent, now: start) == .giveUp(status: 502))
    }

    @Test(arguments: [
        (Progress(requestSent: true, responseReceived: true, connectionWasKept: true), true, RetryMachine.Failure.error),
        (Progress(requestSent: true, connectionWasKept: true), false, .error),
        (Progress(requestSent: true, connectionWasKept: true), true, .timeout),
        (Progress(requestSent: true, connectionWasKept: true, bodyIsRepeatable: false), true, .error),
    ])
    func `other failures of a kept connection count`(progress: Progress, isIdempotent: Bool, failure: RetryMachine.Failure) {
        var machine = machine(isIdempotent: isIdempotent)
        #expect(machine.attemptFailed(failure, progress, now: start) != .retrySameFresh)
    }

    @Test func `a response that has begun is cut`() {
        var machine = machine()
        let progress = Progress(requestSent: true, responseReceived: true, responseStarted: true)
        #expect(machine.attemptFailed(.error, progress, now: start) == .cut)
    }

    @Test(arguments: [
        (RetryConditions.http503, 503, 3, RetryMachine.ResponseResult.nextPeer(releasing: .failed)),
        (.http404, 404, 3, .nextPeer(releasing: .succeeded)),
        (.http403, 403, 3, .nextPeer(releasing: .succeeded)),
        (.http503, 503, 1, .pass),
        (.http503, 502, 3, .pass),
        (.http503, 200, 3, .pass),
        (.error, 500, 3, .pass),
    ])
    func `a status goes on where its condition is set and a peer is left`(
        conditions: RetryConditions, status: Int, peers: Int, expected: RetryMachine.ResponseResult
    ) {
        var machine = machine(conditions, peers: peers)
        #expect(machine.responseReceived(status: status, Self.sent, now: start) == expected)
    }

    @Test func `the last peer's status is passed on`() {
        var machine = machine(.http500, peers: 2)
        #expect(machine.responseReceived(status: 500, Self.sent, now: start) == .nextPeer(releasing: .failed))
        #expect(machine.responseReceived(status: 500, Self.sent, now: start) == .pass)
    }
}
