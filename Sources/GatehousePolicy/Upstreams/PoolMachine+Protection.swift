import GatehouseWire

/// What protects a group from more than it can bear, and requests from peers that are worse than others: `limits`, `retry_budget`,
/// `outlier_ejection`.
extension PoolMachine {
    // MARK: Limits

    /// Why the request gets no peer now, whichever there are; `nil`: it may have one.
    mutating func refusal(isRetry: Bool) -> LeaseResult? {
        guard var circuit else { return nil }
        defer { self.circuit = circuit }
        switch circuit.requestArrived(isRetry: isRetry, waiting: queue.count) {
        case .admit: return nil
        case .wait: return .mustWait
        case .refuse: return .overloaded
        }
    }

    // MARK: Outliers

    /// Before each choice: who of those that are ejected may have the one request that tells whether they are well again.
    mutating func barEjected(now: MonotonicInstant) {
        for index in ejected {
            let slot = slotOfPeer[index]
            let mayTry = outliers?.permits(PeerID(index: index), now: now) ?? true
            if mayTry != slots[slot].bars.contains(.ejected) { continue }
            if mayTry { slots[slot].bars.remove(.ejected) } else { slots[slot].bars.insert(.ejected) }
            peerChanged(slot, now: now)
        }
    }

    /// - Returns: whether anybody was left out.
    mutating func admitEjected(now: MonotonicInstant) -> Bool {
        var isAny = false
        for index in ejected where slots[slotOfPeer[index]].bars.contains(.ejected) {
            slots[slotOfPeer[index]].bars.remove(.ejected)
            peerChanged(slotOfPeer[index], now: now)
            isAny = true
        }
        return isAny
    }

    /// What came of a request, compared with the group.
    mutating func observe(_ slot: Int, _ report: LeaseReport, now: MonotonicInstant) {
        let peer = PeerID(index: Int(slots[slot].index))
        if report.outcome == .unused {
            outliers?.unused(peer, now: now)
            return
        }
        let failed = report.outcome == .failed || report.status >= 500
        switch outliers?.observed(peer, failed: failed, time: report.headerTime, now: now) ?? .none {
        case .none: break
        case .ejected(_, let reason):
            let before = state(slot, now: now)
            if !ejected.contains(peer.index) { ejected.append(peer.index) }
            slots[slot].bars.insert(.ejected)
            noteChange(slot, from: before, reason, now: now)
        case .restored:
            ejected.removeAll { $0 == peer.index }
            slots[slot].bars.remove(.ejected)
            startSlowly(slot, now: now)
            noteChange(slot, from: .unavailable, "the request that tried it again went well", now: now)
        }
    }
}
