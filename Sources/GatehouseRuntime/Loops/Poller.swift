import CGatehouse

/// The kernel's side of a loop: an epoll descriptor, and an eventfd that ends a wait from another thread.
@safe
final class Poller {
    private static let capacity = 256

    private let epoll: Descriptor
    private let wakeDescriptor: Descriptor
    // Allocated once and freed in `deinit`; only `wait` touches it, on the loop's thread.
    private let events: UnsafeMutablePointer<gatehouse_event>

    init() throws(SystemError) {
        epoll = Descriptor(adopting: try SystemError.check(gatehouse_epoll_create(), "epoll_create1"))
        wakeDescriptor = Descriptor(adopting: try SystemError.check(gatehouse_eventfd(), "eventfd"))
        unsafe events = .allocate(capacity: Self.capacity)
        // Edge-triggered, so that it never has to be read: every write is an event of its own.
        try add(wakeDescriptor.number, [.readable, .edgeTriggered], token: .wake)
    }

    deinit {
        unsafe events.deallocate()
    }

    func add(_ descriptor: Int32, _ events: PollEvents, token: RegistrationToken) throws(SystemError) {
        _ = try SystemError.check(gatehouse_epoll_add(epoll.number, descriptor, events.rawValue, token.rawValue), "epoll_ctl")
    }

    func remove(_ descriptor: Int32) {
        _ = gatehouse_epoll_remove(epoll.number, descriptor)
    }

    /// Waits for at most `milliseconds` (for ever when negative). Returns the number of events, 0 after an interruption.
    func wait(milliseconds: Int32) -> Int {
        // `capacity` elements were allocated.
        Int(max(0, unsafe gatehouse_epoll_wait(epoll.number, events, Int32(Self.capacity), milliseconds)))
    }

    /// The event at `index`, which has to be below what the last `wait` returned.
    func event(at index: Int) -> (RegistrationToken, PollEvents) {
        precondition(index >= 0 && index < Self.capacity)
        // Checked just above.
        let event = unsafe events[index]
        return (RegistrationToken(rawValue: event.token), PollEvents(rawValue: event.events))
    }

    /// Ends a wait. Any thread may call this.
    func wake() {
        _ = gatehouse_eventfd_signal(wakeDescriptor.number)
    }
}
