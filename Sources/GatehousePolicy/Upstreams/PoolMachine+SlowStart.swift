import GatehouseWire

/// A peer that was away comes back by and by: it takes part in a share of the choices that grows from nothing to all of them while
/// `slow_start` passes, and for `least_conn` and `least_time` what it has counts for more. When no other peer can be used, it is.
extension PoolMachine {
    /// The peer is there again, or is new.
    mutating func startSlowly(_ slot: Int, now: MonotonicInstant) {
        guard records[slot].spec.slowStart > .zero, isByTurns, !isSingle else { return }
        if slots[slot].ramp == 0 { slowStarters.append(Int(slots[slot].index)) }
        slots[slot].ramp = 1
        records[slot].slowSince = now
        records[slot].slowCredit = 0
        peerChanged(slot, now: now)
    }

    /// Before each choice: who of those under a slow start takes part in it.
    mutating func letSlowStartersSitOut(now: MonotonicInstant) {
        var isAnyThrough = false
        for index in slowStarters {
            let slot = slotOfPeer[index]
            let share = records[slot].slowShare(now: now)
            slots[slot].ramp = share >= 256 ? 0 : UInt8(max(1, share))
            slots[slot].bars.remove(.sitsOut)
            if share >= 256 {
                isAnyThrough = true
                peerChanged(slot, now: now)
            } else if !records[slot].takesPart(share: max(1, share)) {
                slots[slot].bars.insert(.sitsOut)
            }
        }
        if isAnyThrough { slowStarters.removeAll { slots[slotOfPeer[$0]].ramp == 0 } }
    }

    /// - Returns: whether anybody sat out.
    mutating func callInThoseSittingOut() -> Bool {
        var isAny = false
        for index in slowStarters where slots[slotOfPeer[index]].bars.contains(.sitsOut) {
            slots[slotOfPeer[index]].bars.remove(.sitsOut)
            isAny = true
        }
        return isAny
    }
}

extension PeerRecord {
    /// Saves up shares until they make a whole choice.
    fileprivate mutating func takesPart(share: Int) -> Bool {
        slowCredit += share
        if slowCredit < 256 { return false }
        slowCredit -= 256
        return true
    }

    /// How much of a slow start has passed, in 256ths.
    fileprivate func slowShare(now: MonotonicInstant) -> Int {
        let passed = max(0, (now - slowSince).wholeNanoseconds)
        let whole = max(1, spec.slowStart.wholeNanoseconds)
        return passed >= whole ? 256 : Int(Double(passed) / Double(whole) * 256)
    }
}
