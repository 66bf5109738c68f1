import GatehouseWire

/// Which slots are to be looked at again, and when: a heap, the earliest first, with one alarm a slot at most.
struct SlotAlarms: Sendable {
    private struct Alarm: Sendable {
        let due: MonotonicInstant
        let slot: Int32
    }

    private var heap: [Alarm] = []
    private var isSet: [Bool]

    init(count: Int) { isSet = [Bool](repeating: false, count: count) }

    func hasAlarm(_ slot: Int) -> Bool { isSet[slot] }

    /// - Precondition: the slot has no alarm.
    mutating func set(_ slot: Int, due: MonotonicInstant) {
        isSet[slot] = true
        heap.append(Alarm(due: due, slot: Int32(slot)))
        var place = heap.count - 1
        while place > 0, heap[place].due < heap[(place - 1) / 2].due {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// A slot whose time has come; it has no alarm then.
    mutating func takeDue(by now: MonotonicInstant) -> Int? {
        guard let first = heap.first, first.due <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sinkFirst()
        }
        isSet[Int(first.slot)] = false
        return Int(first.slot)
    }

    private mutating func sinkFirst() {
        var place = 0
        while true {
            var child = 2 * place + 1
            if child >= heap.count { return }
            if child + 1 < heap.count, heap[child + 1].due < heap[child].due { child += 1 }
            if heap[place].due <= heap[child].due { return }
            heap.swapAt(place, child)
            place = child
        }
    }
}
