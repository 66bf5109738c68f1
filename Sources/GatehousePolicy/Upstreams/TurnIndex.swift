import GatehouseWire

/// Finds whose turn it is in a large group without looking at every peer.
///
/// Peers of one weight gain alike in every round they take part in. So they are kept in a heap in the order of their current weights,
/// and what they gain is added once for all of them, to the heap's `offset`: a round costs one step for each different weight, and a
/// few in the heap of the peer that pays. For `least_conn` and `least_time` there is one heap for each weight and load, as only the
/// least loaded take part. Peers whose gain is their own affair (a weight that recovers from failures, a slow start, the chance after
/// a rest) stand in a short list beside the heaps.
struct TurnIndex: Sendable {
    struct Level: Sendable {
        /// What each of its peers has to bear, as `TurnLoad` counts it.
        let load: Int
        /// What was gained since the heap began.
        var offset = 0
        /// Slots, the one with most weight first, of equals the first in the group's order.
        var heap: [Int32] = []
    }

    struct WeightClass: Sendable {
        let weight: Int32
        /// By `load`, the least first; none is empty.
        var levels: [Level] = []
    }

    private enum Membership: UInt8, Sendable {
        /// Cannot be chosen until something happens to it.
        case out
        case ordered
        case irregular
        case resting
    }

    private struct Node: Sendable {
        /// The current weight without its level's offset.
        var key = 0
        /// In its heap or list.
        var place: Int32 = 0
        var load = 0
        var weightClass: Int32 = 0
        var membership = Membership.out
    }

    private(set) var classes: [WeightClass] = []
    private(set) var irregular: [Int32] = []
    private var nodes: [Node] = []
    private var resting: [Int32] = []
    /// When the first of the resting may be tried again.
    private var nextWake = MonotonicInstant.distantFuture
    /// When a peer's load is another although nothing happened to it: `least_time` thinks better of the idle.
    private var alarms: SlotAlarms
    let load: TurnLoad

    init(_ slots: inout [PeerSlot], _ records: [PeerRecord], count: Int, load: TurnLoad, now: MonotonicInstant) {
        self.load = load
        nodes = [Node](repeating: Node(), count: count)
        alarms = SlotAlarms(count: count)
        for slot in 0..<count { peerChanged(slot, &slots, records, now: now) }
    }

    // MARK: Peers

    /// The peer may belong elsewhere than it did.
    mutating func peerChanged(_ slot: Int, _ slots: inout [PeerSlot], _ records: [PeerRecord], now: MonotonicInstant) {
        let membership = membership(of: slots[slot])
        let load = membership == .ordered ? load.amount(of: slot, slots, records, now: now) : 0
        if membership == .ordered, case .time(let mode) = self.load, !alarms.hasAlarm(slot) {
            if let due = records[slot].nextHalving(mode, now: now) { alarms.set(slot, due: due) }
        }
        if nodes[slot].membership == membership && (membership != .ordered || nodes[slot].load == load) {
            if membership == .resting { nextWake = min(nextWake, records[slot].restEnd) }
            return
        }
        withdraw(slot, &slots[slot])
        nodes[slot].membership = membership
        switch membership {
        case .out: break
        case .irregular: Self.append(slot, to: &irregular, &nodes)
        case .resting:
            Self.append(slot, to: &resting, &nodes)
            nextWake = min(nextWake, records[slot].restEnd)
        case .ordered: insert(slot, slots[slot], load: load)
        }
    }

    /// Takes the peer out, and its current weight back to where it is kept otherwise.
    mutating func withdraw(_ slot: Int, _ peer: inout PeerSlot) {
        switch nodes[slot].membership {
        case .out: break
        case .irregular: Self.remove(slot, from: &irregular, &nodes)
        case .resting: Self.remove(slot, from: &resting, &nodes)
        case .ordered:
            peer.currentWeight = currentWeight(slot, peer)
            remove(slot)
        }
        nodes[slot].membership = .out
    }

    /// Writes the current weights back; the index is not used afterwards.
    func restore(to slots: inout [PeerSlot]) {
        for slot in nodes.indices { slots[slot].currentWeight = currentWeight(slot, slots[slot]) }
    }

    func currentWeight(_ slot: Int, _ peer: PeerSlot) -> Int {
        guard nodes[slot].membership == .ordered else { return peer.currentWeight }
        let node = nodes[slot]
        return node.key + classes[Int(node.weightClass)].levels[level(of: node)].offset
    }

    mutating func pay(_ amount: Int, slot: Int, _ peer: inout PeerSlot) {
        guard nodes[slot].membership == .ordered else {
            peer.currentWeight -= amount
            return
        }
        nodes[slot].key -= amount
        let level = level(of: nodes[slot])
        Self.sink(Int(nodes[slot].place), &classes[Int(nodes[slot].weightClass)].levels[level].heap, &nodes)
    }

    /// Lets all of the least loaded of one weight gain it.
    /// - Returns: the one with most weight, and how much that is.
    mutating func raise(_ place: Int) -> (slot: Int, weight: Int) {
        let weight = Int(classes[place].weight)
        classes[place].levels[0].offset += weight
        let first = Int(classes[place].levels[0].heap[0])
        return (first, nodes[first].key + classes[place].levels[0].offset)
    }

    /// What time has changed. Those whose rest is over stand among the irregular, where each choice looks at them.
    mutating func wake(_ slots: inout [PeerSlot], _ records: [PeerRecord], now: MonotonicInstant) {
        while let slot = alarms.takeDue(by: now) { peerChanged(slot, &slots, records, now: now) }
        if now <= nextWake { return }
        nextWake = .distantFuture
        for slot in resting.map(Int.init) {
            let end = records[slot].restEnd
            if now > end {
                Self.remove(slot, from: &resting, &nodes)
                Self.append(slot, to: &irregular, &nodes)
                nodes[slot].membership = .irregular
            } else {
                nextWake = min(nextWake, end)
            }
        }
    }

    private func membership(of peer: PeerSlot) -> Membership {
        guard peer.bars.isSubset(of: .sitsOut), peer.active < peer.maxConnections else { return .out }
        if peer.hasTripped { return .resting }
        return peer.ramp == 0 && peer.effectiveWeight == peer.weight ? .ordered : .irregular
    }

    // MARK: Levels

    private func level(of node: Node) -> Int { Self.place(of: node.load, in: classes[Int(node.weightClass)].levels) }

    /// Where the level of a load is, or would be.
    private static func place(of load: Int, in levels: [Level]) -> Int {
        var (low, high) = (0, levels.count)
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].load < load { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func insert(_ slot: Int, _ peer: PeerSlot, load: Int) {
        let place = classes.firstIndex { $0.weight == peer.weight } ?? classes.count
        if place == classes.count { classes.append(WeightClass(weight: peer.weight)) }
        let level = Self.place(of: load, in: classes[place].levels)
        if level == classes[place].levels.count || classes[place].levels[level].load != load {
            classes[place].levels.insert(Level(load: load), at: level)
        }
        nodes[slot].weightClass = Int32(place)
        nodes[slot].load = load
        nodes[slot].key = peer.currentWeight - classes[place].levels[level].offset
        let end = classes[place].levels[level].heap.count
        nodes[slot].place = Int32(end)
        classes[place].levels[level].heap.append(Int32(slot))
        Self.rise(end, &classes[place].levels[level].heap, &nodes)
    }

    private mutating func remove(_ slot: Int) {
        let node = nodes[slot]
        let (weightClass, level) = (Int(node.weightClass), level(of: node))
        if classes[weightClass].levels[level].heap.count == 1 {
            classes[weightClass].levels.remove(at: level)
            return
        }
        let last = classes[weightClass].levels[level].heap.removeLast()
        if Int(last) == slot { return }
        classes[weightClass].levels[level].heap[Int(node.place)] = last
        nodes[Int(last)].place = node.place
        Self.rise(Int(node.place), &classes[weightClass].levels[level].heap, &nodes)
        Self.sink(Int(nodes[Int(last)].place), &classes[weightClass].levels[level].heap, &nodes)
    }

    // MARK: Heaps and lists

    @inline(__always)
    private static func precedes(_ left: Int32, _ right: Int32, _ nodes: [Node]) -> Bool {
        let (a, b) = (nodes[Int(left)].key, nodes[Int(right)].key)
        return a != b ? a > b : left < right
    }

    private static func rise(_ start: Int, _ heap: inout [Int32], _ nodes: inout [Node]) {
        var place = start
        let slot = heap[place]
        while place > 0, precedes(slot, heap[(place - 1) / 2], nodes) {
            heap[place] = heap[(place - 1) / 2]
            nodes[Int(heap[place])].place = Int32(place)
            place = (place - 1) / 2
        }
        heap[place] = slot
        nodes[Int(slot)].place = Int32(place)
    }

    private static func sink(_ start: Int, _ heap: inout [Int32], _ nodes: inout [Node]) {
        var place = start
        let slot = heap[place]
        while true {
            var child = 2 * place + 1
            if child >= heap.count { break }
            if child + 1 < heap.count, precedes(heap[child + 1], heap[child], nodes) { child += 1 }
            if !precedes(heap[child], slot, nodes) { break }
            heap[place] = heap[child]
            nodes[Int(heap[place])].place = Int32(place)
            place = child
        }
        heap[place] = slot
        nodes[Int(slot)].place = Int32(place)
    }

    private static func append(_ slot: Int, to list: inout [Int32], _ nodes: inout [Node]) {
        nodes[slot].place = Int32(list.count)
        list.append(Int32(slot))
    }

    private static func remove(_ slot: Int, from list: inout [Int32], _ nodes: inout [Node]) {
        let place = Int(nodes[slot].place)
        let last = list.removeLast()
        if Int(last) == slot { return }
        list[place] = last
        nodes[Int(last)].place = Int32(place)
    }
}
