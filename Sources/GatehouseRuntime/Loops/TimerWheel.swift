/// Names one armed timer. A number that was given out once never matches another timer.
package struct TimerID: Hashable, Sendable {
    var index: Int32
    var generation: UInt32
}

/// A hierarchical timer wheel: arming and cancelling are O(1), and so is finding the next one due.
///
/// Counts in ticks and knows no clock: `advance(to:)` says what time it is. Level 0 has a slot for every tick of the next 64, level 1 a
/// slot for every 64 ticks, and so on; a timer sits on the level of the highest bit in which its tick differs from the present one,
/// and moves down as that time comes near. It owns when timers are due, not what they do.
package struct TimerWheel: Sendable {
    private static let levels = 7
    private static let none: Int32 = -1

    private struct Node {
        var tick: UInt64 = 0
        var next: Int32 = TimerWheel.none
        var previous: Int32 = TimerWheel.none
        /// The list that holds the node; negative while it is free.
        var slot: Int32 = TimerWheel.none
        var generation: UInt32 = 0
    }

    private var nodes: [Node] = []
    private var firstFree: Int32 = Self.none
    private var heads = [Int32](repeating: Self.none, count: Self.levels * 64)
    /// One bit for every slot of a level that holds a timer.
    private var occupied = [UInt64](repeating: 0, count: Self.levels)
    /// The tick up to which everything due was given out.
    package private(set) var tick: UInt64
    package private(set) var count = 0

    package init(tick: UInt64 = 0) {
        self.tick = tick
    }

    /// How many timers were ever armed at once: IDs have an index below this number.
    package var indexLimit: Int { nodes.count }

    /// Arms a timer for `due`. One that is not in the future is given out by the next `advance`.
    package mutating func insert(at due: UInt64) -> TimerID {
        let index: Int32
        if firstFree != Self.none {
            index = firstFree
            firstFree = nodes[Int(index)].next
        } else {
            index = Int32(nodes.count)
            nodes.append(Node())
        }
        nodes[Int(index)].tick = max(due, tick + 1)
        link(index)
        count += 1
        return TimerID(index: index, generation: nodes[Int(index)].generation)
    }

    /// Disarms a timer; false when it was given out or cancelled before.
    @discardableResult
    package mutating func cancel(_ timer: TimerID) -> Bool {
        let node = nodes[Int(timer.index)]
        guard node.generation == timer.generation, node.slot != Self.none else { return false }
        unlink(timer.index)
        free(timer.index)
        return true
    }

    /// The earliest tick at which `advance` has work: that of the next timer, or an earlier one at which timers move down a level.
    package var nextTick: UInt64? {
        for level in 0..<Self.levels where occupied[level] != 0 {
            let shift = UInt64(level * 6)
            let position = (tick >> shift) & 63
            // Slots at or before the position belong to the next turn, which cannot be on this level: all are ahead.
            let ahead = occupied[level] & ~((2 << position) &- 1)
            if ahead == 0 { continue }
            let base = (tick >> (shift + 6)) << (shift + 6)
            return base + (UInt64(ahead.trailingZeroBitCount) << shift)
        }
        return nil
    }

    /// Moves the present to `now` and appends every timer that is due, in the order of their ticks. Their IDs are free again.
    package mutating func advance(to now: UInt64, expired: inout [TimerID]) {
        while let next = nextTick, next <= now {
            tick = next
            for level in stride(from: Self.levels - 1, through: 0, by: -1) where next & ((1 << UInt64(level * 6)) - 1) == 0 {
                empty(slot: level * 64 + Int((next >> UInt64(level * 6)) & 63), expired: &expired)
            }
        }
        tick = max(tick, now)
    }

    /// Gives out what is due in a slot and sorts the rest in anew, which puts it on a lower level.
    private mutating func empty(slot: Int, expired: inout [TimerID]) {
        var index = heads[slot]
        heads[slot] = Self.none
        occupied[slot >> 6] &= ~(1 << UInt64(slot & 63))
        while index != Self.none {
            let node = nodes[Int(index)]
            if node.tick <= tick {
                expired.append(TimerID(index: index, generation: node.generation))
                free(index)
            } else {
                link(index)
            }
            index = node.next
        }
    }

    private mutating func link(_ index: Int32) {
        let due = nodes[Int(index)].tick
        let level = min((63 - ((due ^ tick) | 63).leadingZeroBitCount) / 6, Self.levels - 1)
        let slot = level * 64 + Int((due >> UInt64(level * 6)) & 63)
        let head = heads[slot]
        nodes[Int(index)].slot = Int32(slot)
        nodes[Int(index)].previous = Self.none
        nodes[Int(index)].next = head
        if head != Self.none { nodes[Int(head)].previous = index }
        heads[slot] = index
        occupied[level] |= 1 << UInt64(slot & 63)
    }

    private mutating func unlink(_ index: Int32) {
        let node = nodes[Int(index)]
        if node.next != Self.none { nodes[Int(node.next)].previous = node.previous }
        if node.previous != Self.none {
            nodes[Int(node.previous)].next = node.next
        } else {
            heads[Int(node.slot)] = node.next
            if node.next == Self.none { occupied[Int(node.slot) >> 6] &= ~(1 << UInt64(node.slot & 63)) }
        }
    }

    private mutating func free(_ index: Int32) {
        nodes[Int(index)].generation &+= 1
        nodes[Int(index)].slot = Self.none
        nodes[Int(index)].next = firstFree
        firstFree = index
        count -= 1
    }
}
