import GatehouseWire

/// Decides which peers of a group are left out because they are worse than the rest, and when one is tried again. Owns what came of the
/// peers' last requests; knows nothing of choosing.
///
///     in service ──errors, slow──▶ ejected ──time is over, one live request──▶ probing ──it went well──▶ in service
///                                     ▲────────────────it failed, or was slow─────┘
package struct OutlierMachine: Sendable {
    package enum Verdict: Sendable, Equatable {
        case none
        /// The peer is not to be chosen before `until`, and then for one request only.
        case ejected(until: MonotonicInstant, reason: String)
        case restored
    }

    private enum State: Sendable, Equatable {
        /// → ejected
        case inService
        /// → probing
        case ejected(until: MonotonicInstant)
        /// → inService, ejected
        case probing(since: MonotonicInstant)
    }

    private struct Member: Sendable {
        var state = State.inService
        var window = OutlierWindow()
        /// Ejections in a row; time in service pays them off.
        var strikes = 0
        var restoredAt = MonotonicInstant.origin
    }

    /// A peer is not slow by less than this, whatever the median is.
    static let leastDelay = Duration.milliseconds(10)

    package let rules: OutlierRules
    /// By `PeerID.index`.
    private var members: [Member?] = []
    private var count = 0
    /// How many are ejected or probing.
    package private(set) var ejectedCount = 0
    private var group = OutlierWindow()
    /// The lower median of the peers' mean response times, as a logarithm, and when it was computed.
    private var median: Int?
    private var medianTime: MonotonicInstant?

    package init(rules: OutlierRules) { self.rules = rules }

    /// Whether the peer may get a request.
    package func permits(_ peer: PeerID, now: MonotonicInstant) -> Bool {
        if ejectedCount == 0 { return true }
        switch state(of: peer) {
        case .inService: return true
        case .ejected(let until): return now >= until
        // One whose request never comes back is not out for ever.
        case .probing(let since): return now - since >= rules.time
        }
    }

    /// The peer got a request. After an ejection this is the probe, and until its result no other is permitted. A request that was not
    /// permitted, for want of another peer, tells nothing.
    package mutating func leased(_ peer: PeerID, now: MonotonicInstant) {
        if ejectedCount == 0 || !permits(peer, now: now) { return }
        switch state(of: peer) {
        case .inService: break
        case .ejected, .probing: set(peer, .probing(since: now))
        }
    }

    /// The lease ended without the peer having been asked.
    package mutating func unused(_ peer: PeerID, now: MonotonicInstant) {
        if ejectedCount == 0 { return }
        if case .probing = state(of: peer) { set(peer, .ejected(until: now)) }
    }

    /// What came of a request. `time` is how long the peer took to answer; `nil` where there is no telling.
    package mutating func observed(_ peer: PeerID, failed: Bool, time: Duration?, now: MonotonicInstant) -> Verdict {
        guard members.indices.contains(peer.index), members[peer.index] != nil else { return .none }
        let logarithm = failed || rules.slow == 0 ? nil : time?.binaryLogarithm
        switch state(of: peer) {
        case .inService: return count(peer, failed: failed, logarithm: logarithm, now: now)
        // A request from before the ejection.
        case .ejected: return .none
        case .probing:
            if failed { return eject(peer, reason: "the request that tried it again failed", now: now) }
            if let logarithm, let median, isSlow(logarithm, median) {
                return eject(peer, reason: "the request that tried it again was slow", now: now)
            }
            return restore(peer, now: now)
        }
    }

    // MARK: In service

    private mutating func count(_ peer: PeerID, failed: Bool, logarithm: Int?, now: MonotonicInstant) -> Verdict {
        let all = group.count(failed: failed, logarithm: logarithm, now: now, window: rules.window)
        guard let own = members[peer.index]?.window.count(failed: failed, logarithm: logarithm, now: now, window: rules.window)
        else { return .none }
        guard own.count >= rules.minimum, ejectedCount < rules.mostEjected(of: count) else { return .none }
        if failed && isFaulty(own, all) {
            return eject(peer, reason: "\(own.failures) of \(own.count) requests failed", now: now)
        }
        guard logarithm != nil, own.timed >= rules.minimum, let median = currentMedian(now: now) else { return .none }
        let mean = own.logarithms / own.timed
        guard isSlow(mean, median) else { return .none }
        let times = (Duration(binaryLogarithm: mean).milliseconds, Duration(binaryLogarithm: median).milliseconds)
        return eject(peer, reason: "response time \(times.0)ms, the group's median is \(times.1)ms", now: now)
    }

    /// Whether errors are this peer's trouble, and not that of all.
    private func isFaulty(_ own: OutlierWindow.Tally, _ all: OutlierWindow.Tally) -> Bool {
        guard rules.errors > 0, own.failures * 100 >= rules.errors * own.count else { return false }
        return (all.failures - own.failures) * 2 * own.count <= own.failures * (all.count - own.count)
    }

    private func isSlow(_ logarithm: Int, _ median: Int) -> Bool {
        logarithm - median >= Duration.binaryLogarithm(UInt64(max(100, rules.slow))) - Duration.binaryLogarithm(100)
            && Duration(binaryLogarithm: logarithm) - Duration(binaryLogarithm: median) >= Self.leastDelay
    }

    /// Computed anew ten times a window.
    private mutating func currentMedian(now: MonotonicInstant) -> Int? {
        if let medianTime, now - medianTime < rules.window / 10 { return median }
        var means: [Int] = []
        for place in members.indices where members[place]?.state == .inService {
            guard let own = members[place]?.window.total(now: now, window: rules.window), own.timed >= rules.minimum else { continue }
            means.append(own.logarithms / own.timed)
        }
        means.sort()
        median = means.isEmpty ? nil : means[(means.count - 1) / 2]
        medianTime = now
        return median
    }

    // MARK: Ejections

    private mutating func eject(_ peer: PeerID, reason: String, now: MonotonicInstant) -> Verdict {
        guard let member = members[peer.index] else { return .none }
        var strikes = member.strikes
        if member.state == .inService {
            let paid = (now - member.restoredAt).wholeNanoseconds / max(1, (rules.time * 2).wholeNanoseconds)
            strikes = max(0, strikes - Int(clamping: paid))
            ejectedCount += 1
        }
        let until = now + rules.time(of: strikes + 1)
        members[peer.index]?.strikes = strikes + 1
        members[peer.index]?.state = .ejected(until: until)
        members[peer.index]?.window = OutlierWindow()
        return .ejected(until: until, reason: reason)
    }

    private mutating func restore(_ peer: PeerID, now: MonotonicInstant) -> Verdict {
        set(peer, .inService)
        ejectedCount -= 1
        members[peer.index]?.restoredAt = now
        return .restored
    }

    private func state(of peer: PeerID) -> State {
        guard members.indices.contains(peer.index), let member = members[peer.index] else { return .inService }
        return member.state
    }

    private mutating func set(_ peer: PeerID, _ state: State) { members[peer.index]?.state = state }
}

// MARK: - Membership

extension OutlierMachine {
    package mutating func peerAdded(_ peer: PeerID) {
        while members.count <= peer.index { members.append(nil) }
        peerRemoved(peer)
        members[peer.index] = Member()
        count += 1
    }

    package mutating func peerRemoved(_ peer: PeerID) {
        guard members.indices.contains(peer.index), let member = members[peer.index] else { return }
        if member.state != .inService { ejectedCount -= 1 }
        members[peer.index] = nil
        count -= 1
    }

    package func isEjected(_ peer: PeerID) -> Bool { state(of: peer) != .inService }
}

extension Duration {
    fileprivate var milliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}
