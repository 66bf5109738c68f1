internal import GatehouseWire

/// What a loop tells about a descriptor: the bits of `epoll`.
struct PollEvents: OptionSet {
    var rawValue: UInt32

    static let readable = PollEvents(rawValue: 0x1)
    static let writable = PollEvents(rawValue: 0x4)
    static let error = PollEvents(rawValue: 0x8)
    static let hangUp = PollEvents(rawValue: 0x10)
    static let peerClosed = PollEvents(rawValue: 0x2000)
    /// Wakes one of several loops that wait for the same descriptor.
    static let exclusive = PollEvents(rawValue: 1 << 28)
    static let edgeTriggered = PollEvents(rawValue: 1 << 31)
}

/// Something that a loop polls. Lives on the loop's thread; a loop never keeps it alive.
package class EventSource {
    init() {}

    /// Called on the loop's thread between two jobs.
    func handle(_ events: PollEvents) {}

    /// The deadline that was armed with the loop has come.
    func deadlinePassed() {}

    /// Stop now: whoever waits is resumed with a cancellation.
    func cancelWaits() {}
}

/// Names one registration with a loop, so that a late event cannot reach another source in the same place.
struct RegistrationToken: Hashable {
    var rawValue: UInt64

    init(rawValue: UInt64) {
        self.rawValue = rawValue
    }

    init(index: Int, generation: UInt32) {
        rawValue = UInt64(generation) << 32 | UInt64(index)
    }

    var index: Int { Int(rawValue & 0xffff_ffff) }
    var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }

    /// The loop's own wake-up descriptor.
    static let wake = RegistrationToken(rawValue: .max)
}

/// The sources of a loop by token. Confined to the loop's thread.
struct RegistrationTable {
    @safe
    private struct Entry {
        // Not owned: a source takes itself out before it ends (`Socket.deinit`), on this same thread.
        var source: Unmanaged<EventSource>?
        var generation: UInt32
    }

    private var entries: [Entry] = []
    private var free: [Int] = []

    mutating func insert(_ source: EventSource) -> RegistrationToken {
        // Kept without a reference for the reason given at `Entry.source`.
        let unowned = unsafe Unmanaged.passUnretained(source)
        if let index = free.popLast() {
            unsafe entries[index].source = unsafe unowned
            return RegistrationToken(index: index, generation: entries[index].generation)
        }
        unsafe entries.append(Entry(source: unowned, generation: 0))
        return RegistrationToken(index: entries.count - 1, generation: 0)
    }

    mutating func remove(_ token: RegistrationToken) {
        guard self[token] != nil else { return }
        unsafe entries[token.index].source = nil
        entries[token.index].generation &+= 1
        free.append(token.index)
    }

    subscript(token: RegistrationToken) -> EventSource? {
        guard token.index < entries.count, entries[token.index].generation == token.generation else { return nil }
        // In the table means alive: see `Entry.source`.
        return unsafe entries[token.index].source?.takeUnretainedValue()
    }

    var all: [EventSource] {
        // In the table means alive: see `Entry.source`.
        entries.compactMap { unsafe $0.source?.takeUnretainedValue() }
    }
}
