import GatehouseWire

extension PoolMachine {
    package enum ReleaseResult: Equatable, Sendable {
        case done
        /// This failure reached `max_fails`; nginx logs "upstream server temporarily disabled".
        case disabled
    }

    /// The request is through with its peer: how it went.
    @discardableResult
    package mutating func released(_ peer: PeerID, _ report: LeaseReport, now: MonotonicInstant) -> ReleaseResult {
        if circuit != nil { circuit?.ended(isRetry: report.isRetry) }
        guard peer.index < slotOfPeer.count, case let slot = slotOfPeer[peer.index], slot >= 0 else {
            retiredReturned(peer)
            return .done
        }
        slots[slot].active = max(0, slots[slot].active - 1)
        if report.headerTime != nil || countsInflight { noteTimes(slot, report, now: now) }
        if outliers != nil { observe(slot, report, now: now) }
        var result = ReleaseResult.done
        switch report.outcome {
        case .unused: break
        case .failed: result = countFailure(slot, now: now)
        case .succeeded: if slots[slot].fails != 0 { forgiveIfChecked(slot, now: now) }
        }
        peerChanged(slot, now: now)
        return result
    }

    /// The head of a response is here. Asked for only where `BalancingMethod.needsHeaderEvents`.
    /// - Parameter time: since the start of the attempt.
    package mutating func headerReceived(_ peer: PeerID, after time: Duration, now: MonotonicInstant) {
        guard method.needsHeaderEvents, let slot = slot(of: peer) else { return }
        records[slot].times.headerTook(time)
        records[slot].times.requestEnded(after: time, now: now)
    }

    func slot(of peer: PeerID) -> Int? {
        guard slotOfPeer.indices.contains(peer.index), slotOfPeer[peer.index] >= 0 else { return nil }
        return slotOfPeer[peer.index]
    }

    /// Only answers count for the averages, lest a peer that fails fast be liked for it.
    private mutating func noteTimes(_ slot: Int, _ report: LeaseReport, now: MonotonicInstant) {
        if countsInflight && !(method.needsHeaderEvents && report.headerTime != nil) {
            records[slot].times.requestEnded(after: report.lastByteTime ?? .zero, now: now)
        }
        guard report.outcome == .succeeded, let header = report.headerTime else { return }
        if let response = report.lastByteTime { records[slot].times.responseTook(response) }
        if !method.needsHeaderEvents { records[slot].times.headerTook(header) }
    }

    private mutating func countFailure(_ slot: Int, now: MonotonicInstant) -> ReleaseResult {
        records[slot].failures += 1
        if isSingle {
            slots[slot].fails = 0
            return .done
        }
        let before = state(slot, now: now)
        slots[slot].fails += 1
        records[slot].accessed = now
        records[slot].checked = now
        let peer = slots[slot]
        guard peer.maxFails != 0 else { return .done }
        slots[slot].effectiveWeight = max(0, peer.effectiveWeight - peer.weight / peer.maxFails)
        guard peer.hasTripped else { return .done }
        noteChange(slot, from: before, "failed \(peer.fails) times", now: now)
        return .disabled
    }

    /// A success after a chance that was given since the last failure clears the failures.
    private mutating func forgiveIfChecked(_ slot: Int, now: MonotonicInstant) {
        guard !isSingle else {
            slots[slot].fails = 0
            return
        }
        guard let checked = records[slot].checked, let accessed = records[slot].accessed, accessed < checked else { return }
        let wasResting = slots[slot].hasTripped
        slots[slot].fails = 0
        guard wasResting else { return }
        startSlowly(slot, now: now)
        if slots[slot].bars.state == nil { noteChange(slot, from: .unavailable, "answered again", now: now) }
    }
}
