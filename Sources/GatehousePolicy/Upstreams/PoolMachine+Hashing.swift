import GatehouseWire

extension PoolMachine {
    /// nginx turns to round robin after this many places that could not be used.
    private static var placesTried: Int { 20 }

    /// `ip_hash`. `nil`: round robin decides.
    func addressHashed(excluding tried: PeerSet, now: MonotonicInstant, address: [UInt8]) -> Int? {
        guard primaries.count >= 2 else { return nil }
        var hash = 89
        for _ in 0...(Self.placesTried + tried.count) {
            for byte in address { hash = (hash * 113 + Int(byte)) % 6271 }
            let slot = slotOfWeight(hash % primaries.totalWeight)
            if isUsable(slot, excluding: tried, now: now) { return slot }
        }
        return nil
    }

    /// `hash KEY`: the way of Cache::Memcached, where the next place is found by hashing a counter before the key.
    func hashed(excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8]) -> Int? {
        guard primaries.count >= 2, !key.isEmpty else { return nil }
        var hash: UInt32 = 0
        for rehash in 0...(Self.placesTried + tried.count) {
            var checksum = CRC32()
            if rehash > 0 { checksum.update(decimal: rehash) }
            checksum.update(key.span)
            hash &+= (checksum.value >> 16) & 0x7fff
            let slot = slotOfWeight(Int(hash) % primaries.totalWeight)
            if isUsable(slot, excluding: tried, now: now) { return slot }
        }
        return nil
    }

    /// `hash KEY consistent`: the first point of the ring at or after the key whose server can be used; peers that share a
    /// server's name take turns.
    mutating func consistentlyHashed(excluding tried: PeerSet, now: MonotonicInstant, key: [UInt8]) -> Int? {
        guard let ring, !key.isEmpty, !ring.isEmpty else { return nil }
        var point = ring.point(for: key.span)
        for _ in 0...Self.placesTried {
            var best: Int?
            var total = 0
            for slot in ring.peers(at: point) where isUsable(slot, excluding: tried, now: now) {
                total += slots[slot].advance()
                if best.map({ slots[slot].currentWeight > slots[$0].currentWeight }) ?? true { best = slot }
            }
            if let best {
                slots[best].currentWeight -= total
                return best
            }
            point += 1
        }
        return nil
    }

    /// The primary on whose share of the total weight a number falls.
    func slotOfWeight(_ number: Int) -> Int {
        var (low, high) = (0, primaries.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if weightBefore[middle] <= number { low = middle } else { high = middle }
        }
        return low
    }
}
